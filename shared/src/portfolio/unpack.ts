import type { PortfolioSettings } from '../contract/portfolio/models.ts';
import { gridAmount, grids } from './grid.ts';
import { levels } from './likeness.ts';
import { packFormat } from './pack.ts';
import {
  arrayIn,
  isMember,
  memberOf,
  numbersIn,
  numberIn,
  refuse,
  recordIn,
  textIn,
  type Member,
} from './packed-member.ts';
import { readSettings } from './packed-settings.ts';
import { soundFigures, soundRescue } from './sound.ts';
import type { AmountFigures, CellFigures, RoutingTable, TableCell, TableModel, TableRescue } from './table.ts';

/** Throws a RangeError naming the member where it is no table; a corrupt cell alone is left out. */
export function unpackTable(packed: unknown): RoutingTable {
  const table = recordIn({ value: packed, path: 'table' });
  const member = (name: string) => memberOf(table, name);
  if (numberIn(member('format')) !== packFormat) refuse(member('format'), `the format ${packFormat}`);
  const models = arrayIn(member('models')).map(readModel);
  const dataAt = member('dataAt');
  const settings: PortfolioSettings = readSettings(member('settings'));
  return {
    version: textIn(member('version')),
    dataAt: dataAt.value === null ? undefined : textIn(dataAt),
    settings,
    models,
    cells: readCells(member('cells'), models.length),
    evals: readCells(member('evals'), models.length),
    pool: readCells(member('pool'), models.length),
    rescues: readRescues(member('rescues'), models.length),
    shrinkage: numberIn(member('shrinkage')),
    method: readMethod(member('method')),
    trialRuns: member('trialRuns').value === true,
  };
}

function readModel(member: Member): TableModel {
  const [id, price, contextTokens, epoch, epochWhy] = arrayIn(member);
  if (!id || !price || !contextTokens || !epoch || !epochWhy) return refuse(member, 'five figures of a model');
  const [input, output, cache] = price.value === null ? [] : arrayIn(price);
  return {
    id: textIn(id),
    price:
      input && output
        ? { input: numberIn(input), output: numberIn(output), cache: cache && optional(cache, numberIn) }
        : undefined,
    contextTokens: optional(contextTokens, numberIn),
    epoch: numberIn(epoch),
    epochWhy: optional(epochWhy, textIn),
  };
}

const optional = <Value>(member: Member, read: (member: Member) => Value): Value | undefined =>
  member.value === null ? undefined : read(member);

function readMethod(member: Member): RoutingTable['method'] {
  const method = recordIn(member);
  const used = memberOf(method, 'used');
  if (!isMember(methods, used.value)) return refuse(used, `one of ${methods.join(', ')}`);
  return { used: used.value, why: textIn(memberOf(method, 'why')) };
}

const methods = ['static', 'cells', 'knn', 'factorisation'] as const;

function readCells(member: Member, models: number): TableCell[] {
  const columns = recordIn(member);
  const column = (name: string) => numbersIn(memberOf(columns, name));
  const [model, n, failed] = [column('model'), column('n'), column('failed')];
  const cost = amountReader(memberOf(columns, 'cost'), n);
  const time = amountReader(memberOf(columns, 'time'), n);
  let row = 0;
  return arrayIn(memberOf(columns, 'names')).map((name) => {
    const [level, key, count] = arrayIn(name);
    if (!level || !key || !count) return refuse(name, 'a level, a key and a count');
    if (!isMember(levels, level.value)) return refuse(level, `one of ${levels.join(', ')}`);
    const figures: CellFigures[] = [];
    for (const end = row + numberIn(count); row < end; row++) {
      if (row >= n.length) return refuse(count, `at most ${n.length} figures in all`);
      const one: CellFigures = {
        model: model[row]!,
        n: n[row]!,
        solved: hundredths(n[row]! - failed[row]!),
        cost: cost(row),
        time: time(row),
      };
      if (soundFigures(one, models)) figures.push(one);
    }
    return { level: level.value, key: textIn(key), figures };
  });
}

/** To be asked row by row, since rows without an amount have no place in its columns. */
function amountReader(member: Member, n: readonly number[]): (row: number) => AmountFigures | undefined {
  const columns = recordIn(member);
  const lacking = arrayIn(memberOf(columns, 'lacking'));
  const [mean, median, p90] = [
    sums(numbersIn(memberOf(columns, 'mean'))),
    numbersIn(memberOf(columns, 'median')),
    numbersIn(memberOf(columns, 'p90')),
  ];
  let next = 0;
  return (row) => {
    const lacks = lacking[row];
    if (!lacks || lacks.value === null) return undefined;
    const place = next++;
    return {
      n: hundredths(n[row]! - numberIn(lacks)),
      mean: gridAmount(grids.mean, mean[place] ?? NaN),
      median: gridAmount(grids.median, median[place] ?? NaN),
      p90: gridAmount(grids.p90, p90[place] ?? NaN),
    };
  };
}

function readRescues(member: Member, models: number): TableRescue[] {
  const columns = recordIn(member);
  const column = (name: string) => numbersIn(memberOf(columns, name));
  const [n, failed, lacking, mean] = [column('n'), column('failed'), column('lacking'), sums(column('mean'))];
  let priced = 0;
  return sums(column('place')).flatMap((place, row) => {
    const costN = hundredths((n[row] ?? NaN) - (lacking[row] ?? NaN));
    const rescue = {
      ...rescueAt(place, models),
      n: n[row] ?? NaN,
      solved: hundredths((n[row] ?? NaN) - (failed[row] ?? NaN)),
      costN,
      costSum: costN > 0 ? costN * gridAmount(grids.mean, mean[priced++] ?? NaN) : 0,
    };
    return soundRescue(rescue, models) ? [rescue] : [];
  });
}

/** The reverse of the place that a rescue was packed at. */
function rescueAt(place: number, models: number): { failed: number[]; model: number } {
  const before = Math.floor(place / models);
  const first = Math.floor(before / models);
  return { failed: first === 0 ? [before] : [first - 1, before % models], model: place % models };
}

const hundredths = (value: number) => Math.round(value * 100) / 100;

function sums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}
