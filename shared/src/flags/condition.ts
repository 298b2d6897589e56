import type { EvaluationContext } from '../contract/flags.ts';
import type { ReadAttribute } from './attributes.ts';
import {
  operatorRules,
  type ConditionComplaint,
  type ConditionDocument,
  type OperatorRules,
  type Test,
} from './operators.ts';
import { isScalar } from './reading.ts';
import { textOf } from './scalar.ts';
import { conditionSentence } from './sentences.ts';

/** What is wrong with the values of a condition, when it is written. */
export function conditionComplaint({ op, values }: ConditionDocument): ConditionComplaint | undefined {
  if (op === 'exists') {
    return values.length > 0 ? { path: ['values'], message: '"exists" takes no values' } : undefined;
  }
  const { complaint, mostValues = Infinity } = operatorRules[op];
  if (!complaint) return undefined;
  if (values.length === 0) return { path: ['values'], message: `"${op}" needs at least one value` };
  if (values.length > mostValues) return { path: ['values'], message: `"${op}" takes at most ${mostValues} values` };
  for (const [i, value] of values.entries()) {
    const message = complaint(value);
    if (message !== undefined) return { path: ['values', i], message };
  }
  return undefined;
}

/** Data instead of closures over it: a large ruleset has thousands, and making closures is what its loading would cost. */
export interface CompiledCondition {
  readonly document: ConditionDocument;
  readonly read: ReadAttribute;
  readonly negate: boolean;
  /** None for `exists`, which looks at no value. */
  readonly rules: OperatorRules | undefined;
  readonly test: Test | undefined;
}

/** Takes conditions that have no complaint. */
export function compileCondition(document: ConditionDocument, read: ReadAttribute): CompiledCondition {
  const rules = document.op === 'exists' ? undefined : operatorRules[document.op];
  return { document, read, negate: document.negate === true, rules, test: rules?.compile(document.values) };
}

export function holds(condition: CompiledCondition, context: EvaluationContext): boolean {
  return outcomeOf(condition, condition.read(context)) === !condition.negate;
}

/** What was found, as a sentence. */
export function explain(condition: CompiledCondition, context: EvaluationContext): string {
  const { document, rules } = condition;
  const found = condition.read(context);
  return rules
    ? conditionSentence(document, rules, found, outcomeOf(condition, found))
    : `${document.attribute} ${found === undefined ? 'is missing' : 'is there'}`;
}

/** `undefined`, a missing or wrong-typed attribute, holds neither plain nor negated. A list holds when an element does. */
function outcomeOf({ rules, test }: CompiledCondition, attribute: unknown): boolean | undefined {
  if (!rules || !test) return attribute !== undefined;
  if (rules.longest !== undefined && isLonger(attribute, rules.longest)) return undefined;
  if (isScalar(attribute)) return test(attribute);
  if (!Array.isArray(attribute)) return undefined;
  const outcomes = attribute.filter(isScalar).map(test);
  if (outcomes.includes(true)) return true;
  return outcomes.includes(false) || attribute.length === 0 ? false : undefined;
}

function isLonger(attribute: unknown, longest: number): boolean {
  if (!Array.isArray(attribute)) return lengthOf(attribute) > longest;
  let length = attribute.length - 1;
  for (let i = 0; i < attribute.length && length <= longest; i++) length += lengthOf(attribute[i]);
  return length > longest;
}

const lengthOf = (value: unknown): number => (isScalar(value) ? textOf(value).length : 0);
