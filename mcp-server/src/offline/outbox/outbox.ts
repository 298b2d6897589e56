import type { Clock } from '../clock.ts';
import { diskProblem } from './disk-problem.ts';
import { countRefused } from './health.ts';
import { operations, type OutboxOperation } from './operations.ts';
import { encodeRecord, type OutboxRecord } from './record.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { fullness, type Usage } from './usage.ts';

export interface Recording {
  operation: OutboxOperation;
  body: unknown;
  /** For what may be handed over again after a kill: under one id the cloud applies it once. Else a new one. */
  id?: string;
}

/** Accepted: it is on disk and will reach the cloud. Else the reason is a sentence with the fix in it. */
export type Acceptance = { accepted: true; id: string } | { accepted: false; reason: string };

/** Where records wait for the cloud. Never throws, never waits for the network. */
export interface Outbox {
  /**
   * Answers when the disk has, however long that takes: who was told "not accepted" offers the record again under another
   * id, and should the disk take the first one after all, it would be applied twice.
   */
  append(recording: Recording): Promise<Acceptance>;
  /**
   * While the process ends and nothing can be awaited: these, and whatever was still on its way to the disk. What gets there
   * twice has one id, so that the cloud applies it once.
   */
  appendNow(recordings: readonly Recording[]): void;
  /** Leaves what was written to whoever delivers it. */
  close(): Promise<void>;
}

export interface OutboxDependencies {
  directory: string;
  writer: SegmentWriter;
  usage: () => Usage;
  /** Takes out what must reach neither disk nor wire; leaves the members named as they are. */
  redact: (body: unknown, except: ReadonlySet<string>) => unknown;
  newId: () => string;
  clock: Clock;
  /** Told that something waits. */
  onAppended: () => void;
}

/** Others write, too: how long our count of what waits may be used. */
const recountAfterMs = 200;
/** So near the limit, every group counts anew. */
const margin: Usage = { records: 500, bytes: 5 * 1024 * 1024 };
const groupLimit = { records: 250, bytes: 8 * 1024 * 1024 };

interface Waiting {
  line: Buffer;
  settle: (problem: string | undefined) => void;
}

export function openOutbox(dependencies: OutboxDependencies): Outbox {
  const { directory, writer, redact, newId, clock, onAppended } = dependencies;
  const room = roomIn(dependencies);
  let waiting: Waiting[] = [];
  let group: Waiting[] = [];
  let isCommitting = false;
  let committed: Promise<void> = Promise.resolve();

  function lineOf({ operation, body, id = newId() }: Recording) {
    const { cloudNames, maxBodyBytes } = operations[operation];
    const redacted = redact(body, cloudNames);
    const record: OutboxRecord = { id, at: new Date(clock.wallMs()).toISOString(), operation, body: redacted };
    const isTooLarge = Buffer.byteLength(JSON.stringify(redacted)) > maxBodyBytes;
    return { id, line: encodeRecord(record), problem: isTooLarge ? tooLarge(maxBodyBytes) : undefined };
  }

  /** What comes while the disk is busy goes together, with one fdatasync. */
  async function commit() {
    while (waiting.length > 0) {
      group = nextGroup();
      if (group.length === 0) continue;
      const problem = await write(group.map(({ line }) => line));
      for (const { settle } of group) settle(problem);
      if (problem === undefined) onAppended();
      else countRefused(directory, group.length);
      group = [];
    }
    // In the same turn as the last look at what waits: what comes after finds nobody at work.
    isCommitting = false;
  }

  function nextGroup() {
    const taken: Waiting[] = [];
    let bytes = 0;
    room.look();
    while (waiting[0] && taken.length < groupLimit.records && bytes < groupLimit.bytes) {
      const next = waiting.shift()!;
      const full = room.problemWith(next.line);
      if (full === undefined) {
        taken.push(next);
        bytes += next.line.length;
        continue;
      }
      countRefused(directory, 1);
      next.settle(full);
    }
    return taken;
  }

  async function write(lines: Buffer[]) {
    try {
      await writer.write(lines);
      return undefined;
    } catch (error) {
      return diskProblem(error, directory);
    }
  }

  return {
    append(recording) {
      const { id, line, problem: tooMuch } = lineOf(recording);
      if (tooMuch !== undefined) return Promise.resolve({ accepted: false, reason: tooMuch });
      return new Promise((resolve) => {
        waiting.push({
          line,
          settle: (problem) =>
            resolve(problem === undefined ? { accepted: true, id } : { accepted: false, reason: problem }),
        });
        if (isCommitting) return;
        isCommitting = true;
        committed = commit();
      });
    },

    appendNow(recordings) {
      room.look();
      const added = recordings
        .map(lineOf)
        .flatMap(({ line, problem }) => ((problem ?? room.problemWith(line)) ? [] : [line]));
      const lines = [...group, ...waiting].map(({ line }) => line).concat(added);
      let refused = recordings.length - added.length;
      try {
        if (lines.length > 0) writer.writeNow(lines);
      } catch {
        // Nobody is left to be told; the count is.
        refused = recordings.length;
      }
      if (refused > 0) countRefused(directory, refused);
    },

    async close() {
      await committed;
      await writer.seal();
    },
  };
}

const tooLarge = (maxBytes: number) =>
  `The record is larger than the ${maxBytes / 1024 / 1024} MiB that the cloud takes; record less of it.`;

/** Counts what waits, sparingly. */
function roomIn({ usage, clock }: Pick<OutboxDependencies, 'usage' | 'clock'>) {
  let known: Usage = { records: 0, bytes: 0 };
  let countedAtMs = -Infinity;
  return {
    /** Before each group, while all that was taken before is on disk: others write, too, and the cloud takes some away. */
    look() {
      const isOld = clock.steadyMs() - countedAtMs > recountAfterMs;
      if (!isOld && fullness(known, margin) === undefined) return;
      known = usage();
      countedAtMs = clock.steadyMs();
    },
    /** Takes the room unless there is none. */
    problemWith(line: Buffer): string | undefined {
      const full = fullness(known, { records: 1, bytes: line.length });
      if (full === undefined) known = { records: known.records + 1, bytes: known.bytes + line.length };
      return full;
    },
  };
}
