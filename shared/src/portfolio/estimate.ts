import type { Recommendation } from '../contract/portfolio/index.ts';
import type { Rate } from './beta.ts';
import { rowOf, type CompiledTable, type Kind, type Row } from './compiled.ts';
import type { AmountFigures, CellFigures } from './table.ts';

/** What is expected of a model at such a task. */
export interface Estimate extends Rate {
  model: number;
  /** The narrowest cell with counts, or where else the estimate is from. */
  level: NonNullable<Recommendation['evidence']>['level'];
  n: number;
  solved: number;
  /** How much of the mean is not from that cell. */
  pooledShare: number;
  /** US dollars; undefined is not known. */
  cost: Expected | undefined;
  /** Milliseconds. */
  time: Expected | undefined;
}

export interface Expected {
  mean: number;
  p90: number;
  /** How many observations it is worth. */
  weight: number;
}

/**
 * Of each model, from the widest to the narrowest cell: (s + k·p) / (n + k), p being the estimate so far. Own cells of all
 * tasks start from the pool's, that from the eval runs, those from one half; own cells of a type start from the pool's of
 * that type, which starts from what is known so far. What is known so far counts for k, at the wide end for no more than it
 * is worth itself.
 */
export function estimateModels(compiled: CompiledTable, kind: Kind): Estimate[] {
  const { own, evals, pool, shrinkage, ids } = compiled;
  const global = rowOf('global', '');
  const rows = {
    evals: evals.get(global),
    evalsOfType: evals.get(kind.type),
    pool: pool.get(global),
    poolOfType: pool.get(kind.type),
    global: own.get(global),
    type: own.get(kind.type),
    complexity: own.get(kind.complexity),
    repo: own.get(kind.repo),
  };
  return ids.map((_, model) => estimateModel(rows, model, shrinkage));
}

type Rows = Record<
  'evals' | 'evalsOfType' | 'pool' | 'poolOfType' | 'global' | 'type' | 'complexity' | 'repo',
  Row | undefined
>;

function estimateModel(rows: Rows, model: number, shrinkage: number): Estimate {
  const start: Estimate = {
    model,
    ...guess,
    level: 'none',
    n: 0,
    solved: 0,
    pooledShare: 1,
    cost: undefined,
    time: undefined,
  };
  const counted = (row: Row | undefined) => {
    const figures = row?.[model];
    return figures && figures.n > 0 ? figures : undefined;
  };
  const type = counted(rows.type);
  const poolOfType = counted(rows.poolOfType);
  const steps: [Estimate['level'], CellFigures | undefined, Partial<Shrink>][] = [
    ['evals', counted(rows.evalsOfType) ?? counted(rows.evals), { atMost: mostOfEvals }],
    ['pool', counted(rows.pool), {}],
    ['global', counted(rows.global), {}],
    ['pool', poolOfType, { isNarrower: true, alsoWider: type?.n ?? 0 }],
    ['type', type, { isNarrower: true, alsoWider: poolOfType ? 0 : type?.n }],
    ['complexity', counted(rows.complexity), { isNarrower: true, alsoWider: counted(rows.complexity)?.n }],
    ['repo', counted(rows.repo), { isNarrower: true, alsoWider: counted(rows.repo)?.n }],
  ];
  return steps.reduce(
    (wider, [level, figures, shrink]) => (figures ? shrunk(wider, level, figures, { shrinkage, ...shrink }) : wider),
    start,
  );
}

interface Shrink {
  shrinkage: number;
  isNarrower?: boolean | undefined;
  /** Observations that the wider estimate has counted already: each makes an estimate surer once. */
  alsoWider?: number | undefined;
  /** How many observations the outcome may be worth. */
  atMost?: number;
}

function shrunk(
  wider: Estimate,
  level: Estimate['level'],
  { n, solved, cost, time }: CellFigures,
  { shrinkage, isNarrower = false, alsoWider = 0, atMost = Infinity }: Shrink,
): Estimate {
  const pull = isNarrower ? shrinkage : Math.min(shrinkage, wider.weight);
  const known = Math.min(shrinkage, Math.max(0, wider.weight - alsoWider));
  const amount = (one: AmountFigures | undefined, of: Expected | undefined) =>
    shrunkAmount(one, of, { shrinkage, isNarrower, atMost });
  const isOwn = level !== 'evals' && level !== 'pool';
  const isEvidence = isOwn || wider.level === 'none' || wider.level === 'evals' || wider.level === 'pool';
  return {
    model: wider.model,
    mean: (Math.min(solved, n) + pull * wider.mean) / (n + pull),
    weight: Math.min(atMost, n + known),
    ...(isEvidence
      ? { level, n, solved: Math.min(solved, n), pooledShare: isOwn ? pull / (n + pull) : 1 }
      : { level: wider.level, n: wider.n, solved: wider.solved, pooledShare: wider.pooledShare }),
    cost: amount(cost, wider.cost),
    time: amount(time, wider.time),
  };
}

function shrunkAmount(
  amount: AmountFigures | undefined,
  wider: Expected | undefined,
  { shrinkage, isNarrower, atMost }: { shrinkage: number; isNarrower: boolean; atMost: number },
): Expected | undefined {
  if (!amount || amount.n === 0) return wider;
  const { n, mean, p90 } = amount;
  if (!wider) return { mean, p90, weight: Math.min(atMost, n) };
  const pull = isNarrower ? shrinkage : Math.min(shrinkage, wider.weight);
  const between = (here: number, there: number) => (n * here + pull * there) / (n + pull);
  return { mean: between(mean, wider.mean), p90: between(p90, wider.p90), weight: n + Math.min(pull, wider.weight) };
}

/** Of a model that nothing is known of. */
const guess = { mean: 0.5, weight: 5 };
const mostOfEvals = 20;
