import type { Scalar } from './scalar.ts';

/** Its message names the member and what was expected there. */
export class Unreadable extends Error {}

export type Json = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isScalar = (value: unknown): value is Scalar =>
  isText(value) || isNumber(value) || typeof value === 'boolean';

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string';

/** Each reads one member of a parsed JSON object, or takes the fallback where the member is absent. */
export const text = reader('text', isText);
export const flag = reader('true or false', (value): value is boolean => typeof value === 'boolean');
export const integer = reader('an integer', (value): value is number => Number.isSafeInteger(value));
export const percentage = reader('0 to 100', (value): value is number => isNumber(value) && value >= 0 && value <= 100);
export const record = reader('an object', isRecord);
export const records = reader('a list of objects', listOf(isRecord));
export const texts = reader('a list of texts', listOf(isText));
export const scalars = reader('a list of texts, numbers and booleans', listOf(isScalar));

export function refuse(name: string, expected: string): never {
  throw new Unreadable(`${name}: expected ${expected}`);
}

/** Where a member we do not know could change the meaning, not knowing it is not being able to read it. */
export function knowAll(json: Json, names: readonly string[]): Json {
  for (const name of Object.keys(json))
    if (!names.includes(name)) refuse(name, 'nothing that this version does not know');
  return json;
}

function reader<T>(expected: string, isRight: (value: unknown) => value is T) {
  return (json: Json, name: string, fallback?: T): T => {
    const value = json[name] === undefined ? fallback : json[name];
    return isRight(value) ? value : refuse(name, expected);
  };
}

function listOf<T>(isRight: (value: unknown) => value is T) {
  return (value: unknown): value is readonly T[] => Array.isArray(value) && value.every(isRight);
}
