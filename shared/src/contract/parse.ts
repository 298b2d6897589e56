import type { z } from 'zod';
import { WhetstoneError } from '../errors.ts';

/** What is wrong with one place of a document, and where that is. */
export interface Complaint {
  path: readonly PropertyKey[];
  message: string;
}

/**
 * Reads what a caller sent; a mismatch is the caller's mistake and each complaint names its field.
 * Text that Postgres cannot hold and nesting no honest document has are refused here, before any schema walks it.
 */
export function parseInput<T extends z.ZodType>(schema: T, sent: unknown): z.output<T> {
  const read = readInput(schema, sent);
  if ('data' in read) return read.data;
  const errors = read.complaints.map(({ path, message }) => ({ path: dotted(path), message }));
  throw new WhetstoneError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), { errors });
}

/** As `parseInput`, for who wants the complaints themselves. */
export function readInput<T extends z.ZodType>(
  schema: T,
  sent: unknown,
): { data: z.output<T> } | { complaints: Complaint[] } {
  const flaw = flawIn(sent);
  if (flaw) return { complaints: [flaw] };
  const result = schema.safeParse(sent);
  if (result.success) return { data: result.data };
  return { complaints: result.error.issues.flatMap((issue) => complaintsOf(issue)) };
}

const maxDepth = 64;

/** The first thing in a JSON value that cannot be stored faithfully. Iterative, since depth is what it guards against. */
export function flawIn(root: unknown): Complaint | undefined {
  const open: { value: unknown; path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && !isSoundText(value))
      return { path, message: 'holds a NUL or half of a surrogate pair' };
    if (typeof value === 'number' && !Number.isFinite(value)) return { path, message: 'number is too large' };
    if (typeof value !== 'object' || value === null) continue;
    if (path.length === maxDepth) return { path: path.slice(0, 8), message: `nested deeper than ${maxDepth} levels` };
    for (const [key, inner] of Object.entries(value)) {
      if (!isSoundText(key)) return { path, message: 'a name holds a NUL or half of a surrogate pair' };
      open.push({ value: inner, path: [...path, key] });
    }
  }
  return undefined;
}

/** Whether Postgres can hold a text: no NUL and no half of a surrogate pair. */
export const isSoundText = (text: string) => text.isWellFormed() && !text.includes('\0');

function complaintsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): Complaint[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return bestBranch(issue.errors).flatMap((inner) => complaintsOf(inner, path));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'no field has this name' }));
  }
  return [{ path, message: issue.message }];
}

/** The branch of a union that the caller most likely meant: the one that knows most of the names that were sent. */
function bestBranch(branches: z.core.$ZodIssue[][]) {
  const unknownNames = (issues: z.core.$ZodIssue[]) =>
    issues.reduce(
      (sum, issue) => sum + (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys.length : 0),
      0,
    );
  return branches.reduce((best, branch) => (unknownNames(branch) < unknownNames(best) ? branch : best));
}

const dotted = (path: readonly PropertyKey[]) => path.map(String).join('.') || 'body';
