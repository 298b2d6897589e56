import { isRecord } from '../json.ts';
import { fitting, identifier } from '../offline/fitting.ts';
import { nearest } from '../tools/nearest.ts';

/** What a member may be: its value as it is told on, or what it has to be. */
export type Field = (value: unknown) => { value: unknown } | { mustBe: string };

export type Read = { values: Record<string, unknown> } | { problem: string };

/**
 * Holds what somebody sent against the fields that there are. `null` and `undefined` are left out; the first member that does
 * not fit is named, since a record that the cloud refuses is one that is lost.
 */
export function readFields(fields: Readonly<Record<string, Field>>, sent: unknown): Read {
  if (!isRecord(sent)) return { problem: 'an object is needed, such as {taskType: "refactor"}.' };
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(sent)) {
    if (value === undefined || value === null) continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) return { problem: unknownName(name, Object.keys(fields)) };
    const read = field(value);
    if ('mustBe' in read) return { problem: `\`${name}\` must be ${read.mustBe}, not ${shown(value)}.` };
    values[name] = read.value;
  }
  return { values };
}

/** Without what must not leave the machine; cut after that, as markers may be longer than what they replace. */
export const name =
  (maxLength: number): Field =>
  (value) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= maxLength
      ? { value: fitting(value.trim(), maxLength) }
      : { mustBe: `a text of 1 to ${maxLength} characters` };

/** What joins records: a pseudonym where it may not be told. */
export const id: Field = (value) => {
  const known = identifier(value);
  return known === undefined ? { mustBe: 'a text that is not empty' } : { value: known };
};

/** Given out by the cloud, which knows it by nothing else. */
export const cloudName =
  (maxLength: number): Field =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= maxLength && value.isWellFormed()
      ? { value }
      : { mustBe: `a text of 1 to ${maxLength} characters` };

export const amount =
  (most: number, unit: string): Field =>
  (value) =>
    typeof value === 'number' && value >= 0 && value <= most ? { value } : { mustBe: `0 to ${most} ${unit}` };

export const count =
  (least: number, most: number): Field =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
      ? { value }
      : { mustBe: `a whole number from ${least} to ${most}` };

export const oneOf =
  (...words: readonly unknown[]): Field =>
  (value) =>
    words.includes(value) ? { value } : { mustBe: `one of ${words.join(', ')}` };

export const instant: Field = (value) =>
  typeof value === 'string' && isInstant.test(value) && !Number.isNaN(Date.parse(value))
    ? { value }
    : { mustBe: 'an ISO-8601 instant such as 2026-03-01T09:00:00Z' };

const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A record of at most so many members, each of which fits. */
export const members =
  (most: number, key: RegExp, fits: (value: unknown) => boolean, mustBe: string): Field =>
  (value) =>
    isRecord(value) &&
    Object.keys(value).length <= most &&
    Object.entries(value).every(([name, member]) => key.test(name) && fits(member))
      ? { value }
      : { mustBe };

function unknownName(sent: string, names: readonly string[]) {
  const meant = nearest(sent, names);
  return `there is no \`${sent.slice(0, 80)}\`; ${meant ? `did you mean ${meant}?` : `there are ${names.join(', ')}.`}`;
}

/** NaN and Infinity have no JSON. */
const shown = (value: unknown) =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value).slice(0, 80);
