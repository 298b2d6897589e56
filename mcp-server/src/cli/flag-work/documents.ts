import { readFile, stat } from 'node:fs/promises';
import { isRecord } from '../../json.ts';
import { keysOf } from './cloud.ts';
import { NotReadable } from './verb.ts';

/** One flag as it stands in a file. */
export interface Document {
  flag: unknown;
  file: string;
  /** Where it begins in the file, as a JSON pointer. */
  pointer: string;
}

export interface Documents {
  documents: Document[];
  /** Absent when no file has a list of them. */
  segments: string[] | undefined;
  /** The text of each file. */
  texts: ReadonlyMap<string, string>;
}

const mostBytes = 64 * 1024 * 1024;

/**
 * The flags in JSON files: one flag, a list, or an object that holds one in `flags` (ruleset), in `items` (a page of the API)
 * or in `document` (an export as the API answers it). Throws `NotReadable`.
 */
export async function readDocuments(files: readonly string[]): Promise<Documents> {
  const texts = new Map<string, string>();
  const documents: Document[] = [];
  let segments: string[] | undefined;
  for (const file of new Set(files)) {
    const text = await readText(file);
    texts.set(file, text);
    const json = parse(text, file);
    documents.push(...flagsIn(json, file));
    const listed = isRecord(json) ? (documentIn(json)?.['segments'] ?? json['segments']) : undefined;
    if (Array.isArray(listed)) segments = [...(segments ?? []), ...keysOf(listed)];
  }
  return { documents, segments, texts };
}

async function readText(file: string) {
  try {
    if ((await stat(file)).size > mostBytes)
      throw new NotReadable(`${file} is larger than ${mostBytes / 2 ** 20} MiB.`);
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof NotReadable) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new NotReadable(`${file}: there is no such file.`);
    throw new NotReadable(`${file} cannot be read (${code ?? 'unknown error'}).`);
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new NotReadable(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** What `GET /api/flags/export` answers has the flags a step further in, beside what it refused. */
const documentIn = (json: Readonly<Record<string, unknown>>) =>
  isRecord(json['document']) && Array.isArray(json['refused']) ? json['document'] : undefined;

function flagsIn(json: unknown, file: string, base = ''): Document[] {
  const inner = isRecord(json) ? documentIn(json) : undefined;
  if (inner) return flagsIn(inner, file, '/document');
  const listed = (list: unknown[], within: string) =>
    list.map((flag, i): Document => ({ flag, file, pointer: `${base}${within}/${i}` }));
  if (Array.isArray(json)) return listed(json, '');
  if (isRecord(json)) {
    const { flags, items } = json;
    if (Array.isArray(flags)) return listed(flags, '/flags');
    if (Array.isArray(items)) return listed(items, '/items');
    if (isRecord(flags)) {
      throw new NotReadable(
        `${file} looks like flagd's format, {"flags": {key: …}}; import it, and look at the server with --server.`,
      );
    }
    if ('key' in json) return [{ flag: json, file, pointer: '' }];
  }
  throw new NotReadable(`${file} holds no flags: expected a flag, a list of flags, or an object with "flags".`);
}
