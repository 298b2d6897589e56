import type { Handlers, leaderboard } from '@whetstone/shared/contract';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { agentBoard, agentWork } from './agent-work/agent-board.ts';
import { agentWorkRepository } from './agent-work/repository.ts';
import { boardOf } from './board.ts';
import type { AskedBoard } from './board-facts.ts';
import { comparisonService } from './compare/service.ts';
import { refuseUnknown } from './known-datasets.ts';
import { measuredBoard, type BoardRegressions } from './measured-board.ts';
import { publishedRepository } from './published/repository.ts';
import { publishedService } from './published/service.ts';
import { standingRepository } from './repository.ts';
import { snapshots, type Snapshots } from './snapshot.ts';

interface Dependencies {
  snapshots: Snapshots;
  regressions: BoardRegressions;
}

/** Of what is claimed elsewhere. */
const mostPublished = 500;

export function leaderboardService({
  snapshots: shared,
  regressions,
}: Dependencies): Handlers<typeof leaderboard, Ctx> {
  const snapshotOr = snapshots(shared);
  const factsOf = (tx: ProjectTx, asked: AskedBoard) =>
    asked.dataset === agentWork ? agentBoard(tx, asked) : measuredBoard(tx, asked, regressions);
  return {
    async getLeaderboard(ctx, asked) {
      const { facts, published } = await ctx.transaction(async (tx) => {
        const facts = await factsOf(tx, asked);
        if (facts.datasetSha256 === null) await refuseUnknown(tx, asked.dataset);
        return { facts, published: await publishedRepository.stamp(tx, asked.dataset) };
      });
      const { datasetSha256, problemCount, taskTypes, leftOut, clusterOfProblem } = facts;
      const make = () =>
        ctx.transaction(async (tx) => ({
          dataset: asked.dataset,
          datasetSha256,
          problemCount,
          timeRange: asked.timeRange,
          generatedAt: tx.now.toISOString(),
          ...boardOf(await facts.lines(tx), clusterOfProblem),
          leftOut,
          published:
            asked.taskType === undefined ? await publishedRepository.best(tx, asked.dataset, mostPublished) : [],
          taskTypes,
        }));
      return snapshotOr(ctx, { asked, stamp: [facts.stamp, leftOut, taskTypes, published], make });
    },

    listEvalSources: (ctx) =>
      ctx.transaction(async (tx) => {
        const measured = await standingRepository.sources(tx);
        const agents = await agentWorkRepository.source(tx);
        const all = agents ? [...measured, { dataset: agentWork, ...agents }] : measured;
        const published = new Map(
          (await publishedRepository.sources(tx)).map((row) => [row.dataset, row.published] as const),
        );
        const runsOf = new Map(all.map((row) => [row.dataset, row] as const));
        const names = [...new Set([...runsOf.keys(), ...published.keys()])].toSorted();
        return {
          items: names.map((dataset) => ({
            dataset,
            runs: runsOf.get(dataset)?.runs ?? 0,
            published: published.get(dataset) ?? 0,
            lastRunAt: runsOf.get(dataset)?.lastRunAt.toISOString() ?? null,
          })),
        };
      }),

    ...comparisonService(),
    ...publishedService(),
  };
}
