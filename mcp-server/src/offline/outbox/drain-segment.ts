import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../state-files.ts';
import { ackWriter, fateOf, noCrc, readAcks, type Acks, type Fate } from './acks.ts';
import { park, quarantine } from './parked.ts';
import { readSegment, type Damage, type SegmentContent, type StoredRecord } from './record.ts';
import type { Retired } from './retire.ts';
import { acksName, sealedName, type Segment } from './segment-name.ts';
import type { Verdict } from './verdict.ts';

/** A record that the cloud failed on this often is set aside, as long as it takes others. */
const maxFailures = 10;
/** An open segment that nobody has written to for this long is sealed, so that it can be deleted. */
const restedForMs = 10_000;

/** Why a record stays where it is. */
export type Block = Extract<Verdict, { kind: 'later' | 'stopped' }>;

export interface SegmentDependencies {
  outbox: string;
  send: (record: StoredRecord) => Promise<Verdict>;
  nowMs: () => number;
  signal: AbortSignal;
  failures: FailureCounts;
}

/** On which records the cloud has failed, over all drains of a process. */
export interface FailureCounts {
  byId: Map<string, number>;
  /** Something was delivered since a record was last set aside for failing; else it is the cloud that is broken. */
  tookOthers: boolean;
}

export const noFailures = (): FailureCounts => ({ byId: new Map(), tookOthers: true });

export interface SegmentOutcome {
  fates: Fate[];
  block?: Block;
  /** Every record has met its fate, and none will be added. */
  retired?: Retired;
}

type Item = StoredRecord | Damage;

export async function drainSegment(segment: Segment, dependencies: SegmentDependencies): Promise<SegmentOutcome> {
  const { outbox, signal } = dependencies;
  const acksPath = join(outbox, acksName(segment.file));
  const acks = new Map(await readAcks(acksPath));
  const writer = ackWriter(acksPath);
  const fates: Fate[] = [];
  let { file } = segment;
  let isSealed = segment.sealed !== undefined;
  try {
    for (;;) {
      const bytes = await readFile(join(outbox, file));
      const content = readSegment(bytes, { isWhole: isSealed });
      for (const item of itemsOf(content).filter((one) => !fateOf(acks, one))) {
        if (signal.aborted) return { fates };
        const fate = await settle(item, file, dependencies);
        if (typeof fate === 'object') return { fates, block: fate };
        await writer.add(item, fate);
        acks.set(item.offset, { crc: 'crc' in item ? item.crc : noCrc, fate });
        fates.push(fate);
      }
      if (isSealed) return { fates, retired: { file, ...countsOf(content, acks) } };
      if (!(await hasRested(join(outbox, file), dependencies.nowMs()))) return { fates };
      // Its writer looks after each write whether the name is still there; what it wrote before that is read once more.
      const name = sealedName(file, { records: content.records.length, bytes: bytes.length });
      await rename(join(outbox, file), join(outbox, name));
      file = name;
      isSealed = true;
    }
  } catch (error) {
    // Its own writer has just sealed it under another name: the next look finds it there.
    if (codeOf(error) === 'ENOENT') return { fates };
    throw error;
  } finally {
    await writer.close();
  }
}

const itemsOf = ({ records, damaged }: SegmentContent): Item[] =>
  [...records, ...damaged].toSorted((a, b) => a.offset - b.offset);

const hasRested = async (path: string, nowMs: number) => Math.abs(nowMs - (await stat(path)).mtimeMs) > restedForMs;

async function settle(item: Item, file: string, { outbox, send, nowMs, failures }: SegmentDependencies) {
  if (!('id' in item)) {
    await quarantine(outbox, `${file.replace(/\..*$/, '')}-${item.offset}`, item.bytes);
    return 'u';
  }
  const verdict = await send(item);
  if (verdict.kind === 'delivered') {
    failures.byId.delete(item.id);
    failures.tookOthers = true;
    return 'd';
  }
  if (verdict.kind === 'stopped') return verdict;
  const reason = verdict.kind === 'refused' ? verdict.reason : hopeless(item.id, verdict, failures);
  if (reason === undefined) return verdict as Block;
  await park(outbox, item, { reason, parkedAt: new Date(nowMs()).toISOString() });
  return 'p';
}

/** A record that breaks the cloud must not stand in the way for ever; a cloud that is broken must not empty the outbox. */
function hopeless(id: string, verdict: Extract<Verdict, { kind: 'later' }>, failures: FailureCounts) {
  if (!verdict.onlyThis) return undefined;
  const count = (failures.byId.get(id) ?? 0) + 1;
  failures.byId.set(id, count);
  if (count < maxFailures || !failures.tookOthers) return undefined;
  failures.byId.delete(id);
  failures.tookOthers = false;
  return `failed ${count} times: ${verdict.reason}`;
}

function countsOf(content: SegmentContent, acks: Acks) {
  const fates = itemsOf(content).map((item) => fateOf(acks, item));
  const resent = content.records.filter(({ again }) => again).length;
  return {
    accepted: fates.length - resent,
    delivered: fates.filter((fate) => fate === 'd').length,
    unreadable: fates.filter((fate) => fate === 'u').length,
  };
}
