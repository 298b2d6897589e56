import type { ReadAttribute } from './attributes.ts';
import { isComparing, operatorRules, type ConditionDocument, type OperatorRules } from './operators.ts';
import { isScalar, refuse, unreadable } from './reading.ts';
import type { Run } from './run.ts';
import { textOf, type Scalar } from './scalar.ts';
import { membership } from './segment-membership.ts';

/** The condition as it was written, and what asking it needs. */
export interface CompiledCondition extends ConditionDocument {
  readonly negate: boolean;
  readonly read: ReadAttribute;
  /** Not for `exists` and `segment`. */
  readonly rules: OperatorRules | undefined;
  /** The values as `rules` reads them. */
  readonly wanted: unknown;
}

/** Throws Unreadable for values that the operator cannot compare with. */
export function compileCondition(document: ConditionDocument, read: ReadAttribute): CompiledCondition {
  const { attribute, op, values, negate = false } = document;
  if (op !== 'in' && (op === 'exists') !== (values.length === 0)) refuse('values', `what "${op}" takes`);
  const rules = isComparing(op) ? operatorRules[op] : undefined;
  if (values.length > (rules?.mostValues ?? Infinity)) refuse('values', 'fewer');
  return { attribute, op, values, negate, read, rules, wanted: rules && wantedOf(rules, values) };
}

function wantedOf(rules: OperatorRules, values: ConditionDocument['values']): unknown {
  try {
    return rules.wanted(values);
  } catch (error) {
    if (error instanceof SyntaxError) unreadable(`values: ${error.message}`);
    throw error;
  }
}

export const holds = (condition: CompiledCondition, run: Run): boolean =>
  outcomeOf(condition, condition.read(run.context), run) === !condition.negate;

/** `undefined`, a missing or wrong-typed attribute, holds neither plain nor negated. A list holds when an element does. */
export function outcomeOf(condition: CompiledCondition, found: unknown, run: Run): boolean | undefined {
  const { op, rules } = condition;
  if (!rules && op === 'exists') return found !== undefined;
  if (rules?.longest !== undefined && isLonger(found, rules.longest)) return undefined;
  if (isScalar(found)) return testOf(condition, found, run);
  if (!Array.isArray(found)) return undefined;
  const outcomes = found.filter(isScalar).map((one) => testOf(condition, one, run));
  if (outcomes.includes(true)) return true;
  return outcomes.includes(false) || found.length === 0 ? false : undefined;
}

const testOf = ({ rules, wanted, values }: CompiledCondition, found: Scalar, run: Run): boolean | undefined =>
  rules ? rules.test(found, wanted) : membership(values, textOf(found), run, holds);

function isLonger(found: unknown, longest: number): boolean {
  if (!Array.isArray(found)) return lengthOf(found) > longest;
  let length = found.length - 1;
  for (let i = 0; i < found.length && length <= longest; i++) length += lengthOf(found[i]);
  return length > longest;
}

const lengthOf = (value: unknown): number => (isScalar(value) ? textOf(value).length : 0);
