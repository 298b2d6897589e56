import { ageText } from '../age-text.ts';
import { isRecord } from '../json.ts';
import type { Provenance } from '../offline/last-answers.ts';

/** `72.0 % [64.6, 78.3] n=164`; a rate is never said without how sure it is. */
export function rateText(rate: unknown, interval: unknown, n: unknown): string {
  if (typeof rate !== 'number') return 'no verdict yet';
  const bounds = Array.isArray(interval) ? ` [${interval.map((bound) => percent(Number(bound))).join(', ')}]` : '';
  return `${percent(rate)} %${bounds}${typeof n === 'number' ? ` n=${n}` : ''}`;
}

/** `· cache, 3 min old: the cloud does not answer; …` */
export function provenanceText({ source, ageMs, degradedReason }: Provenance): string {
  const age = source === 'cache' && ageMs !== undefined ? `, ${ageText(ageMs)} old` : '';
  return `${source}${age}${degradedReason === undefined ? '' : `: ${degradedReason}`}`;
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

export const membersOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

export const recordsOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** These members and no other, and none that is null: every byte of an answer stays in the context of who asked. */
export const picked = <K extends string>(record: Record<string, unknown>, names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, record[name] ?? undefined])) as Partial<Record<K, unknown>>;

const percent = (rate: number) => (rate * 100).toFixed(1);
