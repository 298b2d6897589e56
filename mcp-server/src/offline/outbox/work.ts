import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { systemClock, type Clock } from '../clock.ts';
import { outboxDirectory } from '../open-recording.ts';
import { nodeTransport } from '../transport/node-transport.ts';
import type { Transport } from '../transport/transport.ts';
import { diskProblem } from './disk-problem.ts';
import { noFailures } from './drain-segment.ts';
import { drain, type DrainResult } from './drain.ts';
import { noteProblem } from './health.ts';
import { inspectOutbox, pendingRecords, type OutboxReport } from './inspect.ts';
import { listParked, unpark, type ParkedRecord } from './parked.ts';
import { encodeRecord, type StoredRecord } from './record.ts';
import { hasSegments, laneName } from './segment-name.ts';
import { segmentWriter } from './segment-writer.ts';
import { sendRecord } from './send-record.ts';
import { takeSenderLock, type SenderLock } from './sender-lock.ts';

/** What a person can do with the outbox by hand. */
export interface OutboxWork {
  directory: string;
  inspect(): Promise<OutboxReport>;
  pending(): Promise<StoredRecord[]>;
  parked(): Promise<ParkedRecord[]>;
  /** Outboxes of other keys or servers in which something waits. */
  elsewhere(): Promise<string[]>;
  /** Waits for another process that is sending, at most 30 s. */
  drainNow(): Promise<DrainResult>;
  /** Answers what went wrong. */
  retry(records: readonly ParkedRecord[]): Promise<string | undefined>;
}

const patienceMs = 30_000;

interface Surroundings {
  transport?: Transport;
  clock?: Clock;
}

export function workOnOutbox(
  config: Config,
  { transport = nodeTransport({ proxy: config.proxy, clock: systemClock }), clock = systemClock }: Surroundings = {},
): OutboxWork | { obstacle: string } {
  const directory = outboxDirectory(config);
  const { origin, obstacle } = config;
  if (!origin || directory === undefined) return { obstacle: obstacle ?? 'There is no key, hence no outbox.' };

  return {
    directory,
    inspect: () => inspectOutbox(directory),
    pending: () => pendingRecords(directory),
    parked: () => listParked(directory),

    async elsewhere() {
      const partitions = await readdir(config.stateDir).catch((): string[] => []);
      const outboxes = partitions.map((partition) => join(config.stateDir, partition, 'outbox'));
      return outboxes.filter((outbox) => outbox !== directory && hasSegments(outbox));
    },

    async drainNow() {
      if (obstacle !== undefined) return nothingDone(obstacle);
      const signal = AbortSignal.timeout(10 * 60_000);
      const giveUpAtMs = clock.steadyMs() + patienceMs;
      for (;;) {
        const lock = lockOr(directory);
        if (typeof lock === 'string') return nothingDone(lock);
        if (lock.kind === 'busy') {
          if (clock.steadyMs() > giveUpAtMs) return nothingDone(`Process ${lock.pid} is sending; try again later.`);
          await new Promise<void>((resolve) => clock.after(200, resolve, { holdOpen: true }));
          continue;
        }
        try {
          const send = (record: StoredRecord) => sendRecord(record, { origin, transport, nowMs: clock.wallMs, signal });
          const result = await drain({ outbox: directory, send, nowMs: clock.wallMs, signal, failures: noFailures() });
          noteProblem(directory, result.block && { reason: result.block.reason, atMs: clock.wallMs() });
          return result;
        } catch (error) {
          return nothingDone(diskProblem(error, directory));
        } finally {
          lock.release();
        }
      }
    },

    async retry(records) {
      const writer = segmentWriter(directory, laneName(clock.wallMs(), process.pid, randomBytes(4).toString('hex')));
      try {
        for (const { id, at, operation, body } of records) {
          await unpark(directory, id, () => writer.write([encodeRecord({ id, at, operation, body, again: true })]));
        }
        await writer.seal();
        return undefined;
      } catch (error) {
        return diskProblem(error, directory);
      }
    },
  };
}

function lockOr(directory: string): SenderLock | string {
  try {
    return takeSenderLock(directory);
  } catch (error) {
    return diskProblem(error, directory);
  }
}

const nothingDone = (reason: string): DrainResult => ({
  delivered: 0,
  parked: 0,
  unreadable: 0,
  block: { kind: 'stopped', reason },
});
