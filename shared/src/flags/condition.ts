import type { ReadAttribute } from './attributes.ts';
import { isComparing, operatorRules, type ConditionDocument, type OperatorRules, type Test } from './operators.ts';
import { isScalar, refuse, Unreadable } from './reading.ts';
import type { Run } from './run.ts';
import { textOf } from './scalar.ts';
import { membership } from './segment-membership.ts';

/** Data instead of closures over it: a large ruleset has thousands, and making closures is what its loading would cost. */
export interface CompiledCondition {
  readonly document: ConditionDocument;
  readonly read: ReadAttribute;
  readonly negate: boolean;
  /** Neither for `exists` and `segment`. */
  readonly rules: OperatorRules | undefined;
  readonly test: Test | undefined;
}

/** Throws Unreadable for values that the operator cannot compare with. */
export function compileCondition(document: ConditionDocument, read: ReadAttribute): CompiledCondition {
  const { op, values, negate = false } = document;
  if (op !== 'in' && (op === 'exists') !== (values.length === 0)) refuse('values', `what "${op}" takes`);
  const rules = isComparing(op) ? operatorRules[op] : undefined;
  if (rules?.mostValues !== undefined && values.length > rules.mostValues) refuse('values', 'fewer');
  return { document, read, negate, rules, test: rules && testOf(rules, values) };
}

function testOf(rules: OperatorRules, values: ConditionDocument['values']): Test {
  try {
    return rules.compile(values);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Unreadable(`values: ${error.message}`);
    throw error;
  }
}

export function holds(condition: CompiledCondition, run: Run): boolean {
  return outcomeOf(condition, condition.read(run.context), run) === !condition.negate;
}

/** `undefined`, a missing or wrong-typed attribute, holds neither plain nor negated. A list holds when an element does. */
export function outcomeOf(condition: CompiledCondition, found: unknown, run: Run): boolean | undefined {
  const { rules, test } = condition;
  if (!rules || !test) return unlikeOthers(condition, found, run);
  if (rules.longest !== undefined && isLonger(found, rules.longest)) return undefined;
  return isScalar(found) ? test(found) : overElements(found, test);
}

function unlikeOthers({ document: { op, values } }: CompiledCondition, found: unknown, run: Run): boolean | undefined {
  if (op === 'exists') return found !== undefined;
  const test: Test = (unit) => membership(values, textOf(unit), run, holds);
  return isScalar(found) ? test(found) : overElements(found, test);
}

function overElements(found: unknown, test: Test): boolean | undefined {
  if (!Array.isArray(found)) return undefined;
  const outcomes = found.filter(isScalar).map(test);
  if (outcomes.includes(true)) return true;
  return outcomes.includes(false) || found.length === 0 ? false : undefined;
}

function isLonger(found: unknown, longest: number): boolean {
  if (!Array.isArray(found)) return lengthOf(found) > longest;
  let length = found.length - 1;
  for (let i = 0; i < found.length && length <= longest; i++) length += lengthOf(found[i]);
  return length > longest;
}

const lengthOf = (value: unknown): number => (isScalar(value) ? textOf(value).length : 0);
