import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../json.ts';
import type { RulesetDocument } from './ruleset-changes.ts';

/** The last-known-good ruleset as it lies on disk. */
export interface StoredRuleset {
  /** As the server sent it; compiled again on reading, since an evaluator of another version may have written it. */
  document: RulesetDocument;
  etag?: string | undefined;
  confirmedAtMs: number;
}

export const currentFormat = 1;

/** A line about the document, then the document: the format can be told without reading all. */
export function encodeRuleset({ document, etag, confirmedAtMs }: StoredRuleset) {
  const body = JSON.stringify(document);
  const about = { etag, confirmedAtMs };
  return `${JSON.stringify({ format: currentFormat, ...about, sha256: checksumOf(about, body) })}\n${body}\n`;
}

/** Nothing for a file that is not to the last byte as it was written: a flag must not turn by a flipped bit. */
export function decodeRuleset(text: string): StoredRuleset | undefined {
  const [head = '', body = '', rest] = text.split('\n');
  const { etag, confirmedAtMs, sha256 } = parseRecord(head) ?? {};
  const about = { etag: typeof etag === 'string' ? etag : undefined, confirmedAtMs };
  if (rest !== '' || sha256 !== checksumOf(about, body)) return undefined;
  const document = parseRecord(body);
  if (typeof confirmedAtMs !== 'number' || !isDocument(document)) return undefined;
  return { document, etag: about.etag, confirmedAtMs };
}

/** Of the first line; nothing when there is no telling. */
export function formatOf(text: string) {
  const format = /^\s*\{\s*"format"\s*:\s*(\d{1,9})\b/.exec(text)?.[1];
  return format === undefined ? undefined : Number(format);
}

const checksumOf = (about: object, body: string) =>
  createHash('sha256')
    .update(`${JSON.stringify(about)}\n${body}`)
    .digest('hex');

const isDocument = (value: Record<string, unknown> | undefined): value is Record<string, unknown> & RulesetDocument =>
  Number.isSafeInteger(value?.['revision']) && Array.isArray(value?.['flags']);

function parseRecord(text: string) {
  const value = parseJson(text);
  return isRecord(value) ? value : undefined;
}
