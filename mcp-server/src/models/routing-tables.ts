import { compileTable, unpackTable, type PackedTable, type Recommender } from '@whetstone/shared/portfolio';
import { elapsedMs, momentAt, momentOf, type Clock, type Moment } from '../offline/clock.ts';
import { retryDelayMs } from '../offline/retry-pace.ts';
import type { TableReply } from './request-table.ts';
import type { TableStore } from './table-store.ts';

/** The table that models are recommended by while the cloud is away. */
export interface RoutingTables {
  /** What there is, of memory or disk; it never grows too old to answer by, its age is told. */
  known(): Promise<KnownTable | undefined>;
  /** Asks the cloud for a newer one, unless that was done a moment ago. Resolves when it is over; never rejects. */
  refresh(): Promise<void>;
  /** What is wrong on this machine, and with the last attempt to get the table. */
  problems(): { store: string | undefined; cloud: string | undefined };
  /** Resolves when the disk is at rest. */
  settled(): Promise<void>;
}

export interface KnownTable {
  version: string;
  ageMs: number;
  /** Made when first asked for: most sessions never need one. */
  recommender(): Recommender;
}

interface Dependencies {
  /** Absent where there is nobody to ask. */
  request: ((etag: string | undefined) => Promise<TableReply>) | undefined;
  store: TableStore | undefined;
  clock: Clock;
  random: () => number;
}

/** In use, the table is asked for anew so often. */
const refreshAfterMs = 60_000;
/** How often a mere confirmation is written down: the file may understate freshness by this much. */
const rewriteAfterMs = 300_000;

type TableFailure = Omit<Extract<TableReply, { kind: 'failed' }>, 'kind'>;

interface Held {
  packed: PackedTable;
  etag: string | undefined;
  confirmedAt: Moment;
  version: string;
  recommender: () => Recommender;
}

export function routingTables({ request, store, clock, random }: Dependencies): RoutingTables {
  let held: Held | undefined;
  let recalling: Promise<void> | undefined;
  let refreshing: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let writtenAt: Moment | undefined;
  let storeProblem: string | undefined;
  let cloudProblem: string | undefined;
  let asked: { at: Moment; pauseMs: number } | undefined;
  let failures = 0;

  async function recall() {
    const { stored, problem } = (await store?.read()) ?? {};
    storeProblem = problem;
    if (!stored) return;
    const { document, etag, table } = stored;
    writtenAt = momentAt(stored.confirmedAtMs, clock);
    held = {
      packed: document,
      etag,
      confirmedAt: writtenAt,
      version: table.version,
      recommender: once(() => compileTable(table)),
    };
  }

  async function ask(send: (etag: string | undefined) => Promise<TableReply>) {
    await (recalling ??= recall());
    const problem = take(await send(held?.etag));
    cloudProblem = problem?.isOurs ? problem.why : undefined;
    failures = problem ? failures + 1 : 0;
    asked = {
      at: momentOf(clock),
      pauseMs: problem ? retryDelayMs(failures, random, problem.retryAfterMs) : refreshAfterMs,
    };
  }

  /** Answers what is wrong with what came. */
  function take(reply: TableReply): TableFailure | undefined {
    if (reply.kind === 'failed') return reply;
    if (reply.kind === 'unchanged') {
      if (!held) return { why: 'The cloud says that a routing table is unchanged which is not here.', isOurs: true };
      held = { ...held, confirmedAt: momentOf(clock) };
      if (!writtenAt || elapsedMs(writtenAt, clock) >= rewriteAfterMs) write(held);
      return undefined;
    }
    const { packed, etag } = reply;
    try {
      const table = unpackTable(packed);
      held = {
        packed: asPacked(packed),
        etag,
        confirmedAt: momentOf(clock),
        version: table.version,
        recommender: once(() => compileTable(table)),
      };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const why = `The cloud sent a routing table that cannot be read (${error.message}); the one before stays in use.`;
      return { why, isOurs: true };
    }
    write(held);
    return undefined;
  }

  function write({ packed, etag, confirmedAt }: Held) {
    writtenAt = confirmedAt;
    const stored = { document: packed, etag, confirmedAtMs: confirmedAt.wallMs };
    writing = writing.then(async () => void (storeProblem = await store?.write(stored)));
  }

  return {
    async known() {
      await (recalling ??= recall());
      if (!held) return undefined;
      const { version, confirmedAt, recommender } = held;
      return { version, ageMs: Math.round(elapsedMs(confirmedAt, clock)), recommender };
    },

    refresh() {
      if (!request || (asked && elapsedMs(asked.at, clock) < asked.pauseMs)) return refreshing ?? Promise.resolve();
      return (refreshing ??= ask(request).finally(() => (refreshing = undefined)));
    },

    problems: () => ({ store: storeProblem, cloud: cloudProblem }),
    settled: () => writing,
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Only called with what was unpacked. */
const asPacked = (value: unknown) => value as PackedTable;
