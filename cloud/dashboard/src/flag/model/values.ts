import type { FlagDocument } from './document.ts';

type ValueType = NonNullable<FlagDocument['type']>;

export type Read = { ok: true; value: unknown } | { ok: false; why: string };

/** What to show where a value of a variant is typed: text as it is, anything else as JSON. */
export const textOfValue = (value: unknown, type: FlagDocument['type']): string =>
  type === 'string' && typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');

export function readValue(text: string, type: FlagDocument['type']): Read {
  if (type === 'string') return { ok: true, value: text };
  const parsed = parseJson(text);
  if (!parsed.ok || type === undefined || type === 'json') return parsed;
  return typeof parsed.value === type ? parsed : { ok: false, why: expected[type] };
}

const expected = { boolean: 'expected true or false', number: 'expected a number', string: 'expected text' } as const;

/** Where the text stops being JSON, by line and column where the engine says so. */
export function parseJson(text: string): Read {
  if (text.trim() === '') return { ok: false, why: 'expected JSON, found nothing' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(message)?.[1];
    return { ok: false, why: at === undefined ? `no JSON: ${message}` : `no JSON at ${placeOf(text, Number(at))}` };
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** A number where the text is one, else the text itself, which the schema then names as at fault. */
export function numberOrText(text: string): number {
  const trimmed = text.trim();
  const number = Number(trimmed);
  // What is no number stays in the document as it was typed; `complaintsOf` says so beside the field.
  return trimmed === '' || !Number.isFinite(number) ? (text as unknown as number) : number;
}

/** The values of all variants, made to fit a type that is declared now. */
export function retyped(variants: FlagDocument['variants'], type: ValueType | undefined): FlagDocument['variants'] {
  return Object.fromEntries(Object.entries(variants).map(([name, value]) => [name, asType(value, type)]));
}

function asType(value: unknown, type: ValueType | undefined): unknown {
  if (type === undefined || type === 'json' || typeof value === type) return value;
  if (type === 'string') return JSON.stringify(value);
  if (type === 'boolean') return value === 'true' || value === 1;
  const number = Number(value);
  return Number.isFinite(number) ? number : 0;
}
