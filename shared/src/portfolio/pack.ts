import { gridIndex, grids, type Grid } from './grid.ts';
import { soundFigures, soundRescue } from './sound.ts';
import type { AmountFigures, CellFigures, RoutingTable, TableCell, TableRescue } from './table.ts';

/** A table as it travels and lies on disk: plain JSON, at most 64 KiB gzipped with 24 models and 200 cells. */
export type PackedTable = Record<string, unknown>;

/**
 * Columns of small whole numbers, which gzip takes well. Amounts lie on logarithmic grids, so that what was unpacked packs
 * to the same again; whoever serves from a packed table and whoever has unpacked it answer alike. Of the rescues after two
 * failures only the most counted go along.
 */
export function packTable(table: RoutingTable): PackedTable {
  const { version, dataAt, settings, models, cells, evals, pool, rescues, shrinkage, method, trialRuns } = table;
  const count = models.length;
  return {
    format: packFormat,
    version,
    dataAt: dataAt ?? null,
    settings,
    models: models.map(({ id, price, contextTokens, epoch, epochWhy }) => [
      id,
      price ? [price.input, price.output, price.cache ?? null] : null,
      contextTokens ?? null,
      epoch,
      epochWhy ?? null,
    ]),
    cells: packCells(cells, count),
    evals: packCells(evals, count),
    pool: packCells(pool, count),
    rescues: packRescues(rescues, count),
    shrinkage,
    method,
    trialRuns,
  };
}

export const packFormat = 1;

function packCells(cells: readonly TableCell[], models: number) {
  const sound = cells.map(({ level, key, figures }) => ({
    level,
    key,
    figures: figures.filter((one) => soundFigures(one, models)),
  }));
  const all = sound.flatMap(({ figures }) => figures);
  return {
    names: sound.map(({ level, key, figures }) => [level, key, figures.length]),
    model: all.map(({ model }) => model),
    n: all.map(({ n }) => hundredths(n)),
    failed: all.map(({ n, solved }) => hundredths(hundredths(n) - hundredths(solved))),
    cost: packAmounts(all, ({ cost }) => cost),
    time: packAmounts(all, ({ time }) => time),
  };
}

/** `lacking` is how many of the tries had no amount; null where none had one. */
function packAmounts(all: readonly CellFigures[], amountOf: (figures: CellFigures) => AmountFigures | undefined) {
  const amounts = all.map(amountOf);
  const column = (grid: Grid, value: (amount: AmountFigures) => number) =>
    amounts.map((amount) => amount && gridIndex(grid, value(amount))).filter((index) => index !== undefined);
  const mean = column(grids.mean, (amount) => amount.mean);
  return {
    lacking: amounts.map((amount, i) => (amount ? hundredths(hundredths(all[i]!.n) - hundredths(amount.n)) : null)),
    mean: deltas(mean),
    median: column(grids.median, (amount) => amount.median),
    p90: column(grids.p90, (amount) => amount.p90),
  };
}

const rescueOrder = (models: number) => (rescue: TableRescue) =>
  (rescue.failed.length === 1 ? rescue.failed[0]! : (rescue.failed[0]! + 1) * models + rescue.failed[1]!) * models +
  rescue.model;

function packRescues(rescues: readonly TableRescue[], models: number) {
  const placeOf = rescueOrder(models);
  const sound = rescues.filter((one) => soundRescue(one, models));
  const pairs = sound.filter(({ failed }) => failed.length === 1);
  const triples = sound
    .filter(({ failed }) => failed.length === 2)
    .toSorted((a, b) => hundredths(b.n) - hundredths(a.n) || placeOf(a) - placeOf(b))
    .slice(0, mostTriples);
  const all = [...pairs, ...triples].toSorted((a, b) => placeOf(a) - placeOf(b));
  const priced = all.filter(({ costN }) => hundredths(costN) > 0);
  return {
    place: deltas(all.map(placeOf)),
    n: all.map(({ n }) => hundredths(n)),
    failed: all.map(({ n, solved }) => hundredths(hundredths(n) - hundredths(solved))),
    lacking: all.map(({ n, costN }) => hundredths(hundredths(n) - hundredths(costN))),
    mean: deltas(priced.map(({ costN, costSum }) => gridIndex(grids.mean, costSum / hundredths(costN)))),
  };
}

/** Epochs of less weight count in fractions. */
const hundredths = (value: number) => Math.round(value * 100) / 100;

const deltas = (values: readonly number[]) => values.map((value, i) => value - (i > 0 ? values[i - 1]! : 0));

const mostTriples = 2_000;
