import { timeRangeMs, type Handlers, type PortfolioReport, type portfolioReport } from '@whetstone/shared/contract';
import { calibrationOf, verdictOf, viewTable, type RoutingTable, type Target } from '@whetstone/shared/portfolio';
import type { Ctx } from '../../../context.ts';
import { atOnce } from '../../../platform/at-once.ts';
import { accuracyOf } from './accuracy.ts';
import { measuredOf } from './figures.ts';
import { readMethod } from './method/stored-method.ts';
import { methodRepository } from './method/repository.ts';
import { reportRepository } from './repository.ts';

interface Dependencies {
  /** The one that recommendations are made from. */
  tableFor: (projectId: string) => RoutingTable | Promise<RoutingTable>;
}

/** Each holds a connection while it joins, of which there are ten for everything that everybody asks. */
const reports = { running: 2, waiting: 50 };

/** Of recommendations, the newest: what more of them would tell is little, and takes long to add up. */
const mostRecommendations = 20_000;

const mostViews = 300;

export function reportService({ tableFor }: Dependencies): Handlers<typeof portfolioReport, Ctx> {
  const inTurn = atOnce(reports);
  return {
    getPortfolioReport: (ctx, { timeRange }) => inTurn(() => reportOf(ctx, timeRange, tableFor)),
  };
}

async function reportOf(
  ctx: Pick<Ctx, 'projectId' | 'transaction'>,
  timeRange: string,
  tableFor: Dependencies['tableFor'],
): Promise<PortfolioReport> {
  // Before the transaction: it takes one of its own when it has to be made, and the embedded engine has one connection.
  const table = await tableFor(ctx.projectId);
  const { from, to, made, followed, method, drift } = await ctx.transaction(async (tx) => {
    const range = { from: new Date(tx.now.getTime() - timeRangeMs(timeRange)), to: tx.now };
    const counted = await reportRepository.made(tx, range);
    return {
      ...range,
      made: counted,
      followed: await reportRepository.followed(tx, range, {
        incumbent: counted.incumbent,
        most: mostRecommendations,
      }),
      method: await methodRepository.find(tx),
      drift: await reportRepository.drift(tx, range),
    };
  });
  const view = viewTable(table, mostViews);
  const { incumbent, ...counts } = made;
  const note = followed.looked < made.made ? ` Of the newest ${followed.looked} of ${made.made} recommendations.` : '';
  const measured = measuredOf({ incumbent, followed, note });
  const accuracy = accuracyOf({
    kinds: followed.kinds,
    success: followed.success.applied,
    bestAt: view.bestAt,
    note,
  });
  const target = (name: Target, figure: typeof accuracy) => {
    const { value, interval } = figure;
    return { target: name, value, interval, ...verdictOf(name, figure) };
  };
  return {
    timeRange,
    from: from.toISOString(),
    to: to.toISOString(),
    incumbent,
    recommendations: {
      ...counts,
      looked: followed.looked,
      applied: followed.applied,
      overridden: followed.overridden,
      withoutOutcome: followed.withoutOutcome,
    },
    ...measured,
    calibration: calibrationOf(followed.calibration),
    accuracy,
    targets: [
      target('accuracy', accuracy),
      target('savings', measured.cost.savingShare),
      target('success', measured.success.liftShare),
    ],
    method: readMethod(method),
    cells: view.cells,
    rescues: view.rescues,
    drift,
  };
}
