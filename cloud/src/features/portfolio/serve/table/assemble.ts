import type { PortfolioSettings } from '@whetstone/shared/contract';
import {
  currentEpoch,
  tableOfCounts,
  type CellCount,
  type Epoch,
  type RescueCount,
  type RoutingTable,
  type TableCell,
  type TableModel,
} from '@whetstone/shared/portfolio';
import { factsOf } from '../settings/known-models.ts';

export interface TableParts {
  settings: PortfolioSettings;
  models: readonly string[];
  epochs: readonly Epoch[];
  cells: readonly CellCount[];
  rescues: readonly RescueCount[];
  pool: TableCell[];
  method: RoutingTable['method'] & { shrinkage: number };
  dataAt: Date | undefined;
  trialRuns: boolean;
  now: Date;
}

/** What was counted as a recommendation asks it, without a version yet. */
export function assembleTable(parts: TableParts): Omit<RoutingTable, 'version'> {
  const { settings, models, epochs, cells, rescues, pool, method, dataAt, trialRuns } = parts;
  const { shrinkage, ...used } = method;
  return {
    dataAt: dataAt?.toISOString(),
    settings,
    models: models.map((model) => modelOf(model, parts)),
    ...tableOfCounts({ cells, rescues }, models, (model) => currentEpoch(epochs, model)?.epoch ?? 0),
    pool,
    shrinkage,
    method: used,
    trialRuns,
  };
}

function modelOf(model: string, { settings, epochs, now }: TableParts): TableModel {
  const { price, contextTokens } = factsOf(model, settings, now);
  const epoch = currentEpoch(epochs, model);
  return {
    id: model,
    price: price
      ? {
          input: price.inputUsdPerMillion,
          output: price.outputUsdPerMillion,
          cache: price.cacheUsdPerMillion ?? undefined,
        }
      : undefined,
    contextTokens: contextTokens ?? undefined,
    epoch: epoch?.epoch ?? 0,
    epochWhy: epoch?.why,
  };
}
