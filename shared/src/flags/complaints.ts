import { isComparing, operatorRules, type Comparing, type ConditionDocument } from './operators.ts';
import { isText } from './reading.ts';
import type { Scalar } from './scalar.ts';

/** Path within the condition, and what is expected there. */
export interface ConditionComplaint {
  path: (string | number)[];
  message: string;
}

const text = 'text that is not empty';
const number = 'a number or numeric text';
const instant = 'an ISO-8601 instant such as 2026-03-01T09:00:00Z, or milliseconds since 1970';
const version = 'a version such as 1.2.3, 2 or 2.0.0-beta.1';

const expected: Readonly<Record<Exclude<Comparing, 'in'> | 'segment', string>> = {
  contains: text,
  startsWith: text,
  endsWith: text,
  matches: 'a pattern as text',
  gt: number,
  gte: number,
  lt: number,
  lte: number,
  before: instant,
  after: instant,
  semverEq: version,
  semverGt: version,
  semverGte: version,
  semverLt: version,
  semverLte: version,
  segment: text,
};

/** What is wrong with the values of a condition, when it is written. */
export function conditionComplaint({ op, values }: ConditionDocument): ConditionComplaint | undefined {
  if (op === 'exists') {
    return values.length > 0 ? { path: ['values'], message: '"exists" takes no values' } : undefined;
  }
  if (op === 'in') return undefined;
  const { mostValues = Infinity } = isComparing(op) ? operatorRules[op] : {};
  if (values.length === 0) return { path: ['values'], message: `"${op}" needs at least one value` };
  if (values.length > mostValues) return { path: ['values'], message: `"${op}" takes at most ${mostValues} values` };
  for (const [i, value] of values.entries()) {
    const message = valueComplaint(op, value);
    if (message !== undefined) return { path: ['values', i], message };
  }
  return undefined;
}

function valueComplaint(op: Exclude<Comparing, 'in'> | 'segment', value: Scalar): string | undefined {
  try {
    const isRight = op === 'segment' ? isText(value) && value !== '' : operatorRules[op].value?.(value) !== undefined;
    return isRight ? undefined : `expected ${expected[op]}`;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
