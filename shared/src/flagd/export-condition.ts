import type { Condition } from '../contract/flag-document.ts';
import { isFirstClass } from '../flags/attributes.ts';
import { numberOf, textOf, type Scalar } from '../flags/scalar.ts';
import { standingIn } from './operand.ts';
import { refuse, type Path } from './unsayable.ts';

/** An attribute in JSONLogic. */
export function variableOf(attribute: string, path: Path): unknown {
  if (attribute === 'userId') return standingIn('userId', 'targetingKey');
  if (attribute === 'targetingKey') return standingIn('targetingKey', 'userId');
  if (attribute.includes('.') || attribute.startsWith('$flagd')) {
    refuse(path, `${JSON.stringify(attribute)} would mean something else in flagd`);
  }
  return { var: attribute };
}

/** Whether there is a text that is not empty. */
export const isThere = (variable: unknown) => ({ and: [exists(variable), { '!==': [variable, ''] }] });

/** Strictly: to flagd's engine, 0 and false are loosely equal to null. */
const exists = (variable: unknown) => ({ '!==': [variable, null] });

const numeric = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const versions = { semverEq: '=', semverGt: '>', semverGte: '>=', semverLt: '<', semverLte: '<=' } as const;
const affixes = { startsWith: 'starts_with', endsWith: 'ends_with' } as const;

/** A condition of ours in JSONLogic: as here, what is missing or unreadable never fits, negated or not. */
export function conditionToFlagd({ attribute, op, values, negate = false }: Condition, path: Path): unknown {
  const variable = variableOf(attribute, [...path, 'attribute']);
  const there = exists(variable);
  if (op === 'exists') return negate ? { '!': [there] } : there;

  const anyOf = (tests: unknown[]) => (tests.length === 1 ? tests[0] : { or: tests });
  const signed = (fits: unknown, readable: unknown) => ({ and: [readable, negate ? { '!': [fits] } : fits] });
  if (op === 'in') {
    const fits = { in: [variable, values.flatMap((value) => spellings(value, isFirstClass(attribute)))] };
    return negate ? signed(fits, there) : fits;
  }
  if (op === 'contains') return signed(anyOf(values.map((value) => ({ in: [value, variable] }))), there);
  if (op === 'startsWith' || op === 'endsWith') {
    return signed(anyOf(values.map((value) => ({ [affixes[op]]: [variable, value] }))), there);
  }
  if (op in numeric) {
    const how = numeric[op as keyof typeof numeric];
    return signed(anyOf(values.map((value) => ({ [how]: [variable, numberOf(value)] }))), there);
  }
  if (op in versions) {
    const how = versions[op as keyof typeof versions];
    const fits = anyOf(values.map((value) => ({ sem_ver: [variable, how, wholeVersion(textOf(value))] })));
    return negate ? signed(fits, { sem_ver: [variable, '>=', '0.0.0-0'] }) : fits;
  }
  return refuse([...path, 'op'], `flagd has no "${op}"`);
}

/** We read text and number as one, flagd does not: whatever has the same text. First-class attributes are text. */
function spellings(value: Scalar, isText: boolean): Scalar[] {
  const text = textOf(value);
  if (isText) return [text];
  if (text === 'true' || text === 'false') return [text, text === 'true'];
  const number = numberOf(text);
  return number !== undefined && textOf(number) === text ? [text, number] : [text];
}

/** flagd takes "1.2" for a version, but not "1.2-beta". */
function wholeVersion(text: string): string {
  const [, core = '', rest = ''] = /^([\d.]+)(.*)$/.exec(text) ?? [];
  const numbers = core.split('.');
  while (numbers.length < 3) numbers.push('0');
  return numbers.join('.') + rest;
}
