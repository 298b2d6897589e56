import type { Handlers, portfolioModels, recommendModel } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Logger } from 'pino';
import type { Ctx } from '../../../context.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { withinTime } from '../../../platform/within-time.ts';
import { serveJobs } from './jobs.ts';
import { explorationBudget } from './recommendations/exploration-budget.ts';
import { recommendationLog } from './recommendations/log.ts';
import { recommender } from './recommendations/recommend.ts';
import type { KeptRecommendation } from './recommendations/kept.ts';
import { recommendationRepository } from './recommendations/repository.ts';
import { logRecommendations } from './recommendations/told.ts';
import { settingsService, type FollowPoolSetting, type OpenEpoch, type SettingsChanged } from './settings/service.ts';
import type { ReadPool } from './table/read-table.ts';
import { tableCache } from './table/tables.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  events: Pick<Events, 'append' | 'isCurrent' | 'track'>;
  clock: () => number;
  random: () => number;
  log: Pick<Logger, 'warn'>;
  openEpoch: OpenEpoch;
  followPoolSetting: FollowPoolSetting;
  readPool: ReadPool;
}

/** What the last recommendations may take to be written down when the server stops. */
const lastFlushMs = 2_000;

/** Recommendations, the tables they are made from, the settings, and trials of new models. */
export function servePart({ database, events, clock, random, log, readPool, ...learned }: Dependencies) {
  const tables = tableCache({ database, events, clock, log, readPool });
  const budget = explorationBudget({
    readSpent: (projectId, from) =>
      database.asProject(projectId, (tx) => recommendationRepository.exploredUsd(tx, from)),
    clock,
    onError: (error) =>
      log.warn({ err: error }, 'cannot tell what exploring has cost today; nobody explores meanwhile'),
  });
  const recommendations = recommendationLog({
    database,
    log,
    onKept: async (tx, kept) => {
      const from = budget.startOfDay();
      const own = kept.filter(({ answer, at }) => answer.explored && at >= from);
      if (own.length === 0) return;
      const allUsd = await recommendationRepository.exploredUsd(tx, from);
      tx.afterCommit(() => budget.written(tx.projectId, usdOf(own), allUsd));
    },
  });
  const recommend = recommender({ recommendations, budget, clock, random });

  const changed: SettingsChanged = async (tx, { settingsVersion }) => {
    tx.afterCommit(() => tables.drop(tx.projectId));
    await events.append(tx, 'portfolio', { settingsVersion });
  };

  const handlers: Handlers<typeof recommendModel & typeof portfolioModels, Ctx> = {
    recommendModel({ projectId }, request) {
      const table = tables.of(projectId);
      return table instanceof Promise
        ? table.then((loaded) => recommend(projectId, loaded, request))
        : recommend(projectId, table, request);
    },

    async getRoutingTable({ projectId }) {
      const { answer, unreadable } = await tables.of(projectId);
      if (!answer) throw new WhetstoneError('unavailable', unreadable!);
      return answer;
    },

    logRecommendations,
    ...settingsService({ ...learned, changed }),
  };

  return {
    handlers,
    jobs: serveJobs({ database, changed }),
    /** The table that recommendations are made from. */
    tableFor: async (projectId: string) => (await tables.of(projectId)).recommender.table,
    /** Something of the portfolio changed in a project, or may have. */
    doubt: tables.doubt,
    /** Writes down what is left; before the database closes. */
    async stop() {
      tables.stop();
      await withinTime(recommendations.stop(), lastFlushMs).catch((error: unknown) =>
        log.warn({ err: error }, 'the last recommendations were not written down'),
      );
    },
  };
}

const usdOf = (kept: readonly KeptRecommendation[]) =>
  kept.reduce((sum, { exploredExtraUsd }) => sum + (exploredExtraUsd ?? 0), 0);
