import { invalidField } from '@whetstone/shared/errors';
import { z } from 'zod';

/** What a publisher claims of one model. */
export interface Claim {
  dataset: string;
  model: string;
  metric: string;
  rate: number;
  n?: number | undefined;
  costUsd?: number | undefined;
  date?: string | undefined;
  recomputedRate?: number | undefined;
}

export interface ParsedFile {
  claims: Claim[];
  /** Entries that are not as the publisher's others, each by its name and what is strange. */
  skipped: string[];
}

/** `dataset` is what the caller said, for files that name none. Throws `invalid` for what is not such a file at all. */
export type Parse = (content: string, dataset: string | undefined) => ParsedFile;

export const Model = z.string().trim().min(1).max(256);
export const Percent = z.number().min(0).max(100);
/** A day, or a time of which the day is taken. */
export const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}/)
  .transform((text) => text.slice(0, 10));

/** Reads each entry by itself, so that a strange one costs no other. */
export function claimsOf<Entry>(
  entries: readonly (readonly [name: string, value: unknown])[],
  schema: z.ZodType<Entry>,
  claimsIn: (entry: Entry, name: string) => Claim[],
): ParsedFile {
  const claims: Claim[] = [];
  const skipped: string[] = [];
  for (const [name, value] of entries) {
    const entry = schema.safeParse(value);
    if (entry.success) claims.push(...claimsIn(entry.data, name));
    else {
      const [issue] = entry.error.issues;
      skipped.push(`${shown(name)}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`);
    }
  }
  return { claims, skipped };
}

export function jsonOf(content: string, what: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw notSuch(what, error instanceof Error ? error.message : 'no JSON');
  }
}

export const notSuch = (what: string, why: string) => invalidField('content', `is no ${what}: ${why.slice(0, 200)}`);

const shown = (name: string) => (name.length > 120 ? `${name.slice(0, 119)}…` : name);
