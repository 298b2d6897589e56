import { PortfolioSettings } from '@whetstone/shared/contract';
import { packTable, type CellFigures, type RoutingTable } from '@whetstone/shared/portfolio';

const amounts = (mean: number) => ({ n: 40, mean, median: mean, p90: mean * 2 });
const figures = (model: number, n: number, solved: number, cost: number): CellFigures => ({
  model,
  n,
  solved,
  cost: amounts(cost),
  time: amounts(20_000),
});
const modelOf = (id: string, input: number) => ({
  id,
  price: { input, output: input * 3, cache: undefined },
  contextTokens: 200_000,
  epoch: 1,
  epochWhy: undefined,
});

/** Two models that cannot be told apart, one of them a tenth of the price of the other, which is in use. */
export const sampleTable = (more: Partial<RoutingTable> = {}): RoutingTable => ({
  version: 'v1',
  dataAt: '2026-03-01T00:00:00.000Z',
  settings: PortfolioSettings.parse({ incumbent: 'big' }),
  models: [modelOf('big', 5), modelOf('small', 0.5)],
  cells: [
    { level: 'global', key: '', figures: [figures(0, 200, 180, 0.1), figures(1, 200, 178, 0.01)] },
    { level: 'type', key: 'refactor/typescript', figures: [figures(0, 100, 90, 0.1), figures(1, 100, 89, 0.01)] },
  ],
  evals: [],
  pool: [],
  rescues: [],
  shrinkage: 50,
  method: { used: 'cells', why: 'measured best' },
  trialRuns: false,
  ...more,
});

export const packedTable = (more: Partial<RoutingTable> = {}) =>
  JSON.parse(JSON.stringify(packTable(sampleTable(more)))) as Record<string, unknown>;
