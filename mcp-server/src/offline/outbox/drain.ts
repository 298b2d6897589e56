import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drainSegment, type Block, type SegmentDependencies, type SegmentOutcome } from './drain-segment.ts';
import { deleteCounted, retire, type Retired } from './retire.ts';
import { segmentsOf, type Segment } from './segment-name.ts';

/** How many processes' records are sent at once; those of one process go one after the other. */
const lanesAtOnce = 4;
/** Deleting goes in batches: each costs one fsync of the ledger. */
const retireAtOnce = 64;

export interface DrainResult {
  delivered: number;
  parked: number;
  unreadable: number;
  /** Why something is left; absent when all that was there has met its fate. */
  block: Block | undefined;
}

/**
 * Sends all that waits, as the only one to do so: whoever calls this holds the lock. Reads, sends, then marks; a segment is
 * deleted when every record in it has met its fate.
 */
export async function drain(dependencies: SegmentDependencies): Promise<DrainResult> {
  const { outbox, signal } = dependencies;
  const result: DrainResult = { delivered: 0, parked: 0, unreadable: 0, block: undefined };
  const mayGoOn = () => !signal.aborted && (!result.block || isAboutOneRecord(result.block));

  async function drainLane(lane: Segment[]) {
    let progress = false;
    const retired: Retired[] = [];
    for (const segment of lane) {
      if (!mayGoOn()) break;
      const outcome = await drainSegment(segment, dependencies).catch((error: unknown) =>
        outOfReach(outbox, segment, error),
      );
      for (const fate of outcome.fates) result[counterOf[fate]] += 1;
      progress ||= outcome.fates.length > 0 || outcome.retired !== undefined;
      if (outcome.retired) retired.push(outcome.retired);
      if (retired.length >= retireAtOnce) retire(outbox, retired.splice(0));
      if (!outcome.block) continue;
      if (mayGoOn()) result.block = outcome.block;
      break;
    }
    retire(outbox, retired);
    return progress;
  }

  deleteCounted(outbox);
  for (let progress = true; progress && !result.block && !signal.aborted;) {
    const lanes = lanesOf(segmentsOf(await readdir(outbox).catch((): string[] => [])));
    const outcomes: boolean[] = [];
    const worker = async () => {
      for (let lane = lanes.shift(); lane && mayGoOn(); lane = lanes.shift()) outcomes.push(await drainLane(lane));
    };
    await Promise.all(Array.from({ length: lanesAtOnce }, worker));
    progress = outcomes.some(Boolean);
  }
  return result;
}

const counterOf = { d: 'delivered', p: 'parked', u: 'unreadable' } as const;

const isAboutOneRecord = (block: Block) => block.kind === 'later' && block.onlyThis;

/** One file that another user owns, or that the disk has lost, does not keep back the others. */
function outOfReach(outbox: string, { file }: Segment, error: unknown): SegmentOutcome {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const reason = `${join(outbox, file)} cannot be worked on (${code}); check its owner and permissions, and the room on the disk.`;
  return { fates: [], block: { kind: 'later', reason, onlyThis: true } };
}

function lanesOf(segments: Segment[]): Segment[][] {
  const lanes = new Map<string, Segment[]>();
  for (const segment of segments) {
    const lane = lanes.get(segment.lane);
    if (lane) lane.push(segment);
    else lanes.set(segment.lane, [segment]);
  }
  return [...lanes.values()];
}
