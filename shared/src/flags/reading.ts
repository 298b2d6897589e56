import { instantOf, type Scalar } from './scalar.ts';

/** Its message names the member and what was expected there. */
export class Unreadable extends Error {}

export type Json = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string';

export const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

// Each takes one member of a parsed JSON object and its name. They are written out, and take the member instead of
// looking it up, because a cold load of a large ruleset spends its time here.

export const text = (value: unknown, name: string): string =>
  typeof value === 'string' ? value : refuse(name, 'text');

export const flag = (value: unknown, name: string): boolean =>
  typeof value === 'boolean' ? value : refuse(name, 'true or false');

export const integer = (value: unknown, name: string): number =>
  Number.isSafeInteger(value) ? (value as number) : refuse(name, 'an integer');

export const percentage = (value: unknown, name: string): number =>
  typeof value === 'number' && value >= 0 && value <= 100 ? value : refuse(name, '0 to 100');

/** ISO-8601 text as milliseconds since 1970. */
export const instant = (value: unknown, name: string): number =>
  instantOf(text(value, name)) ?? refuse(name, 'an ISO-8601 instant');

export const record = (value: unknown, name: string): Json => (isRecord(value) ? value : refuse(name, 'an object'));

export function records(value: unknown, name: string): readonly Json[] {
  return isListOf(value, isRecord) ? value : refuse(name, 'a list of objects');
}

export function texts(value: unknown, name: string): readonly string[] {
  return isListOf(value, isText) ? value : refuse(name, 'a list of texts');
}

export function scalars(value: unknown, name: string): readonly Scalar[] {
  return isListOf(value, isScalar) ? value : refuse(name, 'a list of texts, numbers and booleans');
}

export const refuse = (name: string, expected: string): never => unreadable(`${name}: expected ${expected}`);

export function unreadable(why: string): never {
  throw new Unreadable(why);
}

/** Where a member we do not know could change the meaning, not knowing it is not being able to read it. */
export function knowAll(json: Json, names: readonly string[]): Json {
  for (const name in json) if (!names.includes(name)) refuse(name, 'nothing that this version does not know');
  return json;
}

const isListOf = <T>(value: unknown, isRight: (item: unknown) => item is T): value is readonly T[] =>
  Array.isArray(value) && value.every(isRight);
