import { realpath, stat } from 'node:fs/promises';
import { NotReadable } from '../verb.ts';
import { findKeys, type Sureness } from './find-keys.ts';
import type { ScanLimits } from './limits.ts';
import { listFiles } from './list-files.ts';
import { readText } from './read-text.ts';

export interface Reference {
  file: string;
  line: number;
  how: Sureness;
}

export interface References {
  /** The surest first, code before tests; at most as many as the limit says. */
  places: Reference[];
  /** All of them, by how sure they are. */
  count: Record<Sureness, number>;
}

export interface Scan {
  root: string;
  by: 'git' | 'walk';
  files: number;
  bytes: number;
  skipped: { large: number; binary: number; link: number; unreadable: number };
  /** What was left out for a limit, as sentences. */
  limits: string[];
  /** Of the keys that were looked for. */
  references: Map<string, References>;
  /** Of keys that code asks for and that were not looked for. */
  unknown: Map<string, References>;
}

interface Options {
  limits: ScanLimits;
  nowMs: () => number;
}

/** Looks for keys in the text files of a folder, within limits. Throws `NotReadable` where there is no such folder. */
export async function scanRepository(
  folder: string,
  keys: ReadonlySet<string>,
  { limits, nowMs }: Options,
): Promise<Scan> {
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined || !(await stat(root)).isDirectory())
    throw new NotReadable(`${folder} is no folder that can be read.`);
  const endsMs = nowMs() + limits.timeMs;
  const { files, by, isCut } = await listFiles(root, limits);
  const scan: Scan = {
    root,
    by,
    files: 0,
    bytes: 0,
    skipped: { large: 0, binary: 0, link: 0, unreadable: 0 },
    limits: isCut ? [`only the first ${limits.files} files were looked at`] : [],
    references: new Map(),
    unknown: new Map(),
  };
  for (const [index, file] of files.entries()) {
    const stopped =
      scan.bytes >= limits.totalBytes
        ? `${limits.totalBytes / 2 ** 20} MiB`
        : nowMs() > endsMs
          ? `${limits.timeMs / 1000} s`
          : '';
    if (stopped) {
      scan.limits.push(`after ${stopped} the rest, ${files.length - index} of ${files.length} files, was left out`);
      break;
    }
    const read = await readText(root, file, limits.fileBytes);
    if ('skipped' in read) {
      scan.skipped[read.skipped]++;
      continue;
    }
    scan.files++;
    scan.bytes += read.bytes;
    for (const { key, line, how } of findKeys(read.text, (word) => keys.has(word))) {
      collect(keys.has(key) ? scan.references : scan.unknown, key, { file, line, how }, limits.placesPerKey);
    }
  }
  if (scan.skipped.large > 0) {
    scan.limits.push(`${scan.skipped.large} files larger than ${limits.fileBytes / 2 ** 20} MiB were left out`);
  }
  return scan;
}

/** Keeps the best few, so that a key that is everywhere takes no more memory than another. */
function collect(into: Map<string, References>, key: string, place: Reference, most: number) {
  const known = into.get(key) ?? { places: [], count: { call: 0, quoted: 0, word: 0 } };
  into.set(key, known);
  known.count[place.how]++;
  known.places.push(place);
  known.places.sort((a, b) => rank(a) - rank(b));
  known.places.length = Math.min(known.places.length, most);
}

const ranks: Record<Sureness, number> = { call: 0, quoted: 2, word: 4 };
const rank = ({ how, file }: Reference) => ranks[how] + (isTest(file) ? 1 : 0);

/** By the habits of many languages. */
export const isTest = (file: string) =>
  /(^|\/)(tests?|__tests__|spec|fixtures?|testdata)\/|[._-](test|spec)\.\w+$|(^|\/)test_[^/]*$/i.test(file);
