import type { EvaluationContext } from '../contract/flags.ts';
import { attributeReader } from './attributes.ts';
import { operatorRules, type ConditionDocument, type Test } from './operators.ts';
import { isScalar } from './reading.ts';
import { conditionSentence } from './sentences.ts';

/** Path within the condition, and what is expected there. */
interface ConditionComplaint {
  path: (string | number)[];
  message: string;
}

/** What is wrong with the values of a condition, when it is written. */
export function conditionComplaint({ op, values }: ConditionDocument): ConditionComplaint | undefined {
  if (op === 'exists') {
    return values.length > 0 ? { path: ['values'], message: '"exists" takes no values' } : undefined;
  }
  if (values.length === 0 && op !== 'in') return { path: ['values'], message: `"${op}" needs at least one value` };
  const messages = values.map(operatorRules[op].complaint);
  const i = messages.findIndex((message) => message !== undefined);
  const message = messages[i];
  return message === undefined ? undefined : { path: ['values', i], message };
}

export interface CompiledCondition {
  readonly holds: (context: EvaluationContext) => boolean;
  /** What was found, as a sentence. */
  readonly explain: (context: EvaluationContext) => string;
}

/** Takes conditions that have no complaint. */
export function compileCondition(condition: ConditionDocument): CompiledCondition {
  const { attribute, op, values } = condition;
  const negate = condition.negate === true;
  const read = attributeReader(attribute);
  if (op === 'exists') {
    return {
      holds: (context) => (read(context) !== undefined) !== negate,
      explain: (context) => `${attribute} ${read(context) === undefined ? 'is missing' : 'is there'}`,
    };
  }
  const rules = operatorRules[op];
  const test = rules.compile(values);
  return {
    holds: (context) => outcomeOf(test, read(context)) === !negate,
    explain: (context) => conditionSentence(condition, rules, read(context), outcomeOf(test, read(context))),
  };
}

/** `undefined`, a missing or wrong-typed attribute, holds neither plain nor negated. A list holds when an element does. */
function outcomeOf(test: Test, attribute: unknown): boolean | undefined {
  if (isScalar(attribute)) return test(attribute);
  if (!Array.isArray(attribute)) return undefined;
  const outcomes = attribute.filter(isScalar).map(test);
  if (outcomes.includes(true)) return true;
  return outcomes.includes(false) || attribute.length === 0 ? false : undefined;
}
