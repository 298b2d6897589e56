import type { Origin } from '../config.ts';
import type { Clock } from '../offline/clock.ts';
import { readDefaults, type Defaults } from '../offline/defaults-file.ts';
import type { LastAnswers } from '../offline/last-answers.ts';
import type { Recording } from '../offline/open-recording.ts';
import type { Acceptance } from '../offline/outbox/outbox.ts';
import type { Transport } from '../offline/transport/transport.ts';
import { unpackTable } from '@whetstone/shared/portfolio';
import { randomUUID } from 'node:crypto';
import { outcomeBody } from './outcome-body.ts';
import { recommending, type Recommend, type Refused } from './recommend.ts';
import { requestTable } from './request-table.ts';
import { routingTables } from './routing-tables.ts';
import { tablePath, tableStore } from './table-store.ts';

export interface ModelsParts {
  origin: Origin | undefined;
  /** Why the cloud is not asked. */
  obstacle: string | undefined;
  stateDir: string;
  defaultsFile: string | undefined;
  /** For want of any other. */
  defaultModel: string | undefined;
  /** DO_NOT_TRACK: nothing is told of itself, and nobody is named. */
  tracks: boolean;
  transport: Transport;
  attempt: LastAnswers['attempt'];
  record: Recording['record'];
  clock: Clock;
  random: () => number;
}

/** What is known of the table that is answered by while the cloud is away. */
export interface RoutingTableState {
  version?: string;
  /** Since it was last confirmed to be current. */
  ageMs?: number;
  problem?: string;
}

/** Which model for which task. */
export interface OpenModels {
  recommend: Recommend;
  /** Accepted is what lies on disk; `degradedReason`: why the cloud will not have it soon. */
  recordOutcome(sent: unknown): Promise<(Acceptance & { degradedReason?: string | undefined }) | Refused>;
  refresh(): Promise<void>;
  status(): Promise<RoutingTableState>;
  settled(): Promise<void>;
}

/**
 * Everything about models but the listing of their tools. The recommender is in it: the build puts it into a file of its own,
 * that is loaded when somebody asks for a model, or when a session has been going on for a moment.
 */
export function modelsOver(parts: ModelsParts): OpenModels {
  const { origin, obstacle, stateDir, transport, attempt, record, clock, random, tracks } = parts;
  const asks = origin && obstacle === undefined ? origin : undefined;
  const tables = routingTables({
    request: asks && ((etag) => requestTable({ origin: asks, etag, transport })),
    store: origin && tableStore(tablePath(stateDir, origin), unpackTable),
    clock,
    random,
  });
  let reading: Promise<Defaults> | undefined;
  const named = parts.defaultModel;
  const fromFile = () => (reading ??= readDefaults(parts.defaultsFile));

  return {
    recommend: recommending({
      attempt,
      tables,
      defaults: async () => (named === undefined ? fromFile() : { ...(await fromFile()), model: named }),
      // It is told in any case or counted as refused: nobody need wait for the disk.
      tell: (body) => void (tracks && record({ operation: 'logRecommendations', body })),
      nowMs: clock.wallMs,
      newId: randomUUID,
      random,
      namesPeople: tracks,
    }),

    async recordOutcome(sent) {
      const made = outcomeBody(sent, { nowMs: clock.wallMs(), namesPeople: tracks });
      if ('problem' in made) return { refusal: made.problem };
      return { ...(await record({ operation: 'recordOutcome', body: made.body })), degradedReason: obstacle };
    },

    refresh: () => tables.refresh(),
    async status() {
      // Not every client asks for the list of tools, with which a session begins.
      void tables.refresh();
      const known = await tables.known();
      const problem = Object.values(tables.problems()).filter(Boolean).join(' ');
      return { ...(known && { version: known.version, ageMs: known.ageMs }), ...(problem !== '' && { problem }) };
    },
    settled: () => tables.settled(),
  };
}
