import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../json.ts';

/** What is known of kept documentation without unpacking it. */
export interface KeptAbout {
  library: string;
  version: string;
  stamp: string;
  etag?: string | undefined;
  /** When the cloud said last that this is current. */
  confirmedAtMs: number;
  /** When the cloud had compared it with its source, as far as it has said since it was sent. */
  dataAt?: string | undefined;
  /** Lengths of the parts, compressed. */
  lengths: readonly number[];
}

export interface KeptFile {
  about: KeptAbout;
  /** Each a compressed piece of the version. */
  parts: readonly Uint8Array[];
}

const keptFormat = 1;

/** A line about it with the hash of everything, then the parts as they came. */
export function encodeKept(about: Omit<KeptAbout, 'lengths'>, parts: readonly Uint8Array[]): Buffer {
  const said = { ...about, lengths: parts.map(({ length }) => length) };
  const head = JSON.stringify({ format: keptFormat, about: said, sha256: checksumOf(said, parts) });
  return Buffer.concat([Buffer.from(`${head}\n`), ...parts]);
}

/** Nothing for a file that is not to the last byte as it was written. */
export function decodeKept(file: Buffer): KeptFile | undefined {
  const end = file.indexOf('\n');
  if (end === -1) return undefined;
  const head = readHead(file.toString('utf8', 0, end));
  if (!head) return undefined;
  let at = end + 1;
  const parts = head.about.lengths.map((length) => {
    at += length;
    return file.subarray(at - length, at);
  });
  const isWhole = at === file.length && checksumOf(head.about, parts) === head.sha256;
  return isWhole ? { about: head.about, parts } : undefined;
}

/** The first line; what it says is held against the rest only when that is read. */
export function readHead(line: string): { about: KeptAbout; sha256: unknown } | undefined {
  const head = parseJson(line);
  if (!isRecord(head) || head['format'] !== keptFormat || !isRecord(head['about'])) return undefined;
  const { library, version, stamp, etag, confirmedAtMs, dataAt, lengths } = head['about'];
  const isOne =
    typeof library === 'string' &&
    typeof version === 'string' &&
    typeof stamp === 'string' &&
    typeof confirmedAtMs === 'number' &&
    Array.isArray(lengths) &&
    lengths.every((length) => Number.isSafeInteger(length) && Number(length) >= 0);
  if (!isOne) return undefined;
  const about: KeptAbout = {
    library,
    version,
    stamp,
    confirmedAtMs,
    lengths: lengths.map(Number),
    ...(typeof etag === 'string' && { etag }),
    ...(typeof dataAt === 'string' && { dataAt }),
  };
  return { about, sha256: head['sha256'] };
}

function checksumOf(
  { library, version, stamp, etag, confirmedAtMs, dataAt, lengths }: KeptAbout,
  parts: readonly Uint8Array[],
) {
  const hash = createHash('sha256').update(
    JSON.stringify([library, version, stamp, etag ?? null, confirmedAtMs, dataAt ?? null, lengths]),
  );
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
