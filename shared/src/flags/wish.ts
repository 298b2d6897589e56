import { isFirstClass } from './attributes.ts';
import type { EvaluationContext } from '../contract/flags.ts';
import type { CompiledCondition } from './condition.ts';
import type { Operator } from './operators.ts';
import { isText } from './reading.ts';
import type { Run } from './run.ts';
import { instantOf, numberOf, textOf, type Scalar } from './scalar.ts';
import { parseVersion } from './semver.ts';

/** What would have to be different for a condition to hold. */
export type Wish =
  | { kind: 'attribute'; attribute: string; value: Scalar }
  | { kind: 'missing'; attribute: string }
  | { kind: 'member'; attribute: string; unit: string; segment: string };

const mostValuesTried = 3;

/** The nearest thing that makes a condition hold which does not; `undefined` when none comes to mind. */
export function wishOf(condition: CompiledCondition, run: Run): Wish | undefined {
  const { attribute, op, values, negate } = condition;
  if (op === 'segment') return negate ? undefined : membershipOf(condition, run);
  if (op === 'exists') return negate ? { kind: 'missing', attribute } : { kind: 'attribute', attribute, value: 'any' };
  const fitting = negate ? unlike : fittings[op];
  for (let i = 0; i < values.length && i < mostValuesTried; i++) {
    const candidate = fitting?.(values[i]!);
    if (candidate === undefined || candidate === '') continue;
    if (condition.rules?.test(candidate, condition.wanted) === !negate)
      return { kind: 'attribute', attribute, value: candidate };
  }
  return undefined;
}

function membershipOf({ attribute, values, read }: CompiledCondition, run: Run): Wish | undefined {
  const unit = read(run.context);
  const segment = values.map(textOf).find((key) => run.ruleset.segments.has(key));
  if (segment === undefined || !isText(unit) || unit === '') return undefined;
  return { kind: 'member', attribute, unit, segment };
}

type Fitting = (value: Scalar) => Scalar | undefined;

const itself: Fitting = (value) => value;
const beside =
  (read: (value: Scalar) => number | undefined, by: number): Fitting =>
  (value) => {
    const found = read(value);
    return found === undefined ? undefined : found + by;
  };
/** Of a negated condition: a value that none of the usual lists has. */
const unlike: Fitting = (value) => (numberOf(value) === undefined ? 'other' : undefined);
const nextVersion: Fitting = (value) => {
  const major = parseVersion(textOf(value))?.core[0];
  return major === undefined ? undefined : `${BigInt(major) + 1n}.0.0`;
};

/** A value that fits what a condition compares with. Patterns have none: finding a text for them is a search of its own. */
const fittings: Partial<Record<Operator, Fitting>> = {
  in: itself,
  contains: itself,
  startsWith: itself,
  endsWith: itself,
  gt: beside(numberOf, 1),
  gte: itself,
  lt: beside(numberOf, -1),
  lte: itself,
  before: beside(instantOf, -1),
  after: beside(instantOf, 1),
  semverEq: itself,
  semverGt: nextVersion,
  semverGte: itself,
  semverLt: () => '0.0.0',
  semverLte: itself,
};

/** The context with the attributes that are wished for. Who reads a name at the top finds it there first. */
export function granted(context: EvaluationContext, wishes: readonly Wish[]): EvaluationContext {
  const changed: EvaluationContext = { ...context };
  const attributes: unknown = context.attributes;
  const further = new Map(typeof attributes === 'object' && attributes !== null ? Object.entries(attributes) : []);
  for (const wish of wishes) {
    const { attribute } = wish;
    if (wish.kind === 'member') continue;
    further.delete(attribute);
    if (isFirstClass(attribute)) delete changed[attribute];
    if (wish.kind === 'missing') continue;
    if (isFirstClass(attribute)) changed[attribute] = textOf(wish.value);
    else further.set(attribute, wish.value);
  }
  if (further.size > 0) changed.attributes = Object.fromEntries(further);
  else delete changed.attributes;
  return changed;
}
