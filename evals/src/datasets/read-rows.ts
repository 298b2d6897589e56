import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { z } from 'zod';
import { WhetstoneError } from '@whetstone/shared/errors';

/** The bytes of a file, and what they say once unpacked. */
export interface FileContent {
  path: string;
  sha256: string;
  text: string;
  /** What a row is called where it comes from, by its place from 0; file and line where nothing is said. */
  nameOfRow?: (index: number) => string;
}

/** More than any data set or samples file known, and less than what fills a laptop. */
const maxTextBytes = 1024 ** 3;

export async function readContent(path: string): Promise<FileContent> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new WhetstoneError('not_found', `there is no file ${path}`);
    throw new WhetstoneError('invalid', `${path} cannot be read: ${error.message}`, { cause: error });
  });
  return contentOf(path, bytes);
}

function contentOf(path: string, bytes: Uint8Array): FileContent {
  const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(path, bytes) : bytes;
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), text: utf8(path, unpacked) };
}

/** A row and where it stands, for messages. */
export interface Row {
  value: unknown;
  /** `file.jsonl, line 3` or `file.json, item 3`. */
  at: string;
}

/** Rows of a file with a JSON value per line (blank lines aside), or of one JSON array. */
export function rowsOf({ path, text, nameOfRow }: FileContent): Row[] {
  const file = basename(path);
  return /^\s*\[/.test(text)
    ? itemsOf(file, text)
    : linesOf(text, nameOfRow ?? ((index) => `${file}, line ${index + 1}`));
}

/** The row as its schema reads it, or an error that names file, line and field. */
export function parseRow<Schema extends z.ZodType>(schema: Schema, { value, at }: Row): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the row';
  throw new WhetstoneError('invalid', `${at}: ${field}: ${issue?.message ?? 'not as expected'}`);
}

function unzipped(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxTextBytes });
  } catch (error) {
    const reason = error instanceof Error && /unexpected end/.test(error.message) ? 'it is truncated' : String(error);
    throw new WhetstoneError('invalid', `${path} does not unpack: ${reason}`, { cause: error });
  }
}

function utf8(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const line = firstBadLine(bytes);
    throw new WhetstoneError('invalid', `${basename(path)}, line ${line}: not UTF-8`, { cause: error });
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let line = 1, start = 0; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return 1;
}

function linesOf(text: string, nameOfRow: (index: number) => string): Row[] {
  const lines = text.split('\n');
  const rows: Row[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const at = nameOfRow(index);
    try {
      rows.push({ value: JSON.parse(line), at });
    } catch (error) {
      // A writer ends each row with a newline: what has none and does not parse was cut off.
      if (index === lines.length - 1 && line.startsWith('{'))
        throw new WhetstoneError('invalid', `${at}: ends in the middle of a row: the file is truncated`, {
          cause: error,
        });
      throw new WhetstoneError('invalid', `${at}: not JSON: ${String(error)}`, { cause: error });
    }
  }
  return rows;
}

function itemsOf(file: string, text: string): Row[] {
  try {
    const items: unknown = JSON.parse(text);
    return (items as unknown[]).map((value, index) => ({ value, at: `${file}, item ${index + 1}` }));
  } catch (error) {
    const line = text.split('\n').length;
    const why = /\]\s*$/.test(text) ? String(error) : `ends in line ${line} without closing: the file is truncated`;
    throw new WhetstoneError('invalid', `${file}: ${why}`, { cause: error });
  }
}
