import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../json.ts';

/** What the cloud said last, as it lies on disk. */
export interface StoredDocument<D> {
  /** As the server sent it; read anew each time, since another version may have written it. */
  document: D;
  etag?: string | undefined;
  confirmedAtMs: number;
}

export const currentFormat = 1;

/** A line about the document, then the document: the format can be told without reading all. */
export function encodeStored({ document, etag, confirmedAtMs }: StoredDocument<object>) {
  const body = JSON.stringify(document);
  const about = { etag, confirmedAtMs };
  return `${JSON.stringify({ format: currentFormat, ...about, sha256: checksumOf(about, body) })}\n${body}\n`;
}

/** Nothing for a file that is not to the last byte as it was written: no answer may turn by a flipped bit. */
export function decodeStored(text: string): StoredDocument<Record<string, unknown>> | undefined {
  const [head = '', body = '', rest] = text.split('\n');
  const { etag, confirmedAtMs, sha256 } = parseRecord(head) ?? {};
  const about = { etag: typeof etag === 'string' ? etag : undefined, confirmedAtMs };
  if (rest !== '' || sha256 !== checksumOf(about, body)) return undefined;
  const document = parseRecord(body);
  if (typeof confirmedAtMs !== 'number' || document === undefined) return undefined;
  return { document, etag: about.etag, confirmedAtMs };
}

/** Of the first line; nothing when there is no telling. */
export function formatOf(text: string) {
  const format = /^\s*\{\s*"format"\s*:\s*(\d{1,9})\b/.exec(text)?.[1];
  return format === undefined ? undefined : Number(format);
}

/** A file that a newer version has written is left alone: that version may be running beside us. */
export const isNewerFormat = (text: string) => (formatOf(text) ?? 0) > currentFormat;

const checksumOf = (about: object, body: string) =>
  createHash('sha256')
    .update(`${JSON.stringify(about)}\n${body}`)
    .digest('hex');

function parseRecord(text: string) {
  const value = parseJson(text);
  return isRecord(value) ? value : undefined;
}
