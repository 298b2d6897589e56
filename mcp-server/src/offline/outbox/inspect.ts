import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fateOf, readAcks } from './acks.ts';
import { readProblem, readRefused } from './health.ts';
import { readLedger } from './ledger.ts';
import { parkedDirectory, parkedUsage } from './parked.ts';
import { readSegment, type StoredRecord } from './record.ts';
import { acksName, segmentsOf, type Segment } from './segment-name.ts';
import { limits } from './usage.ts';

export interface OutboxReport {
  /** Accepted, not yet confirmed by the cloud. */
  pending: number;
  /** Set aside for a person to look at. */
  parked: number;
  /** What all of it takes on disk. */
  bytes: number;
  /** When the oldest pending record was accepted. */
  oldestAt?: string;
  /** `accepted` is always `delivered + pending + parked + unreadable`. */
  accepted: number;
  delivered: number;
  /** Damaged on disk; the bytes are kept beside. */
  unreadable: number;
  /** Never accepted, as their callers were told. */
  refused: number;
  /** Why nothing is being sent. */
  lastError?: string;
  /** What a person should know, each with the way out. */
  problems: string[];
}

/** Looks at an outbox without disturbing who works on it; what changes meanwhile is counted before or after. */
export async function inspectOutbox(outbox: string): Promise<OutboxReport> {
  const { ledger, problem: damage } = readLedger(outbox);
  const segments = segmentsOf(await namesIn(outbox)).filter(({ file }) => !ledger.counted.includes(file));
  const tallies = await Promise.all(segments.map((segment) => tallyOf(outbox, segment)));
  const parked = parkedUsage(await namesIn(parkedDirectory(outbox)));
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const pending = sum((tally) => tally.pending);
  const oldestAt = tallies.flatMap((tally) => tally.oldestAt ?? []).toSorted()[0];
  const lastError = pending > 0 ? readProblem(outbox)?.reason : undefined;
  const report = {
    pending,
    parked: parked.records,
    bytes: parked.bytes + sum((tally) => tally.bytes),
    ...(oldestAt !== undefined && { oldestAt }),
    accepted: ledger.accepted + sum((tally) => tally.accepted),
    delivered: ledger.delivered + sum((tally) => tally.delivered),
    unreadable: ledger.unreadable + sum((tally) => tally.unreadable),
    refused: readRefused(outbox),
    ...(lastError !== undefined && { lastError }),
  };
  return { ...report, problems: [...(damage === undefined ? [] : [damage]), ...problemsOf(report)] };
}

/** The pending records themselves, oldest first within each process. */
export async function pendingRecords(outbox: string): Promise<StoredRecord[]> {
  const segments = segmentsOf(await namesIn(outbox));
  return (await Promise.all(segments.map((segment) => contentOf(outbox, segment)))).flatMap(({ waiting }) => waiting);
}

interface Tally {
  pending: number;
  accepted: number;
  delivered: number;
  unreadable: number;
  bytes: number;
  oldestAt: string | undefined;
}

async function tallyOf(outbox: string, segment: Segment): Promise<Tally> {
  const { bytes, records, damaged, acks, waiting } = await contentOf(outbox, segment);
  return {
    pending: waiting.length,
    accepted: records.filter(({ again }) => !again).length + damaged.length,
    delivered: records.filter((record) => fateOf(acks, record) === 'd').length,
    unreadable: damaged.length,
    bytes: bytes.length,
    oldestAt: waiting[0]?.at,
  };
}

async function contentOf(outbox: string, { file, sealed }: Segment) {
  const acks = await readAcks(join(outbox, acksName(file)));
  // Delivered or renamed since it was listed: nothing of it is lost, and the next look is right again.
  const bytes = await readFile(join(outbox, file)).catch(() => Buffer.alloc(0));
  const content = readSegment(bytes, { isWhole: sealed !== undefined });
  return { bytes, acks, ...content, waiting: content.records.filter((record) => !fateOf(acks, record)) };
}

function problemsOf({ pending, parked, unreadable, bytes, lastError }: Omit<OutboxReport, 'problems'>): string[] {
  const problems: string[] = [];
  if (pending + parked >= limits.records || bytes >= limits.bytes) {
    problems.push('The outbox is full: nothing more is recorded until `whetstone-mcp outbox drain` has made room.');
  }
  if (lastError !== undefined) {
    problems.push(`${recordsThat(pending, 'waits', 'wait')} to be sent: ${lastError}`);
  }
  if (parked > 0) {
    const aside = recordsThat(parked, 'was', 'were');
    problems.push(`${aside} set aside; \`whetstone-mcp outbox\` says why, \`outbox retry --all\` sends again.`);
  }
  if (unreadable > 0) {
    const damaged = recordsThat(unreadable, 'was', 'were');
    problems.push(`${damaged} damaged on disk; the bytes lie in the outbox's folder "unreadable".`);
  }
  return problems;
}

const recordsThat = (count: number, verb: string, verbOfMany: string) =>
  count === 1 ? `1 record ${verb}` : `${count} records ${verbOfMany}`;

const namesIn = (directory: string) => readdir(directory).catch((): string[] => []);
