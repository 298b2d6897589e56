import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { CatalogueEntry } from './catalogue.ts';
import { refuseUnknownHash } from './load.ts';

export interface PullOptions {
  datasetsDir: string;
  /** A file to take instead of downloading. */
  from?: string;
  allowUnknownHash?: boolean;
  signal?: AbortSignal;
  /** A publisher that sends nothing for so long is given up. */
  idleMs?: number;
}

export interface Pulled {
  path: string;
  sha256: string;
  bytes: number;
  /** It lay there already. */
  already: boolean;
}

/**
 * Puts a published data set where runs look for it. It appears there whole and checked or not at all: the bytes go to a
 * file beside it, which takes the name only when its hash is right.
 */
export async function pullDataset(entry: CatalogueEntry, options: PullOptions): Promise<Pulled> {
  const path = join(options.datasetsDir, entry.file);
  const present = await describe(path);
  if (present && options.from === undefined && entry.sha256.includes(present.sha256))
    return { path, ...present, already: true };

  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}.part`;
  const from = options.from ?? entry.url;
  try {
    const written = await write(part, options.from === undefined ? download(entry, options) : read(options.from), {
      maxBytes: options.allowUnknownHash ? Infinity : mostBytes(entry),
      tooMuch: () => tooMuch(entry, from),
    });
    if (!options.allowUnknownHash) refuseUnknownHash(entry, from, written.sha256);
    await rename(part, path);
    return { path, ...written, already: false };
  } finally {
    await rm(part, { force: true });
  }
}

/** Known copies differ in white space; anything far larger is something else, and need not be read to its end. */
const mostBytes = ({ bytes }: CatalogueEntry) => bytes * 2;

const tooMuch = (entry: CatalogueEntry, from: string) =>
  new WhetstoneError('invalid', `${from} is not ${entry.name}: it is larger than ${mostBytes(entry)} bytes`);

async function* download(entry: CatalogueEntry, { signal, idleMs = 30_000 }: PullOptions): AsyncGenerator<Uint8Array> {
  const idle = new AbortController();
  const silent = () => idle.abort(new Error(`nothing came for ${idleMs / 1000} s`));
  let timer = setTimeout(silent, idleMs);
  try {
    const response = await fetch(entry.url, { signal: AbortSignal.any([idle.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error(`it answered ${response.status} ${response.statusText}`.trimEnd());
    }
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(silent, idleMs);
    }
  } catch (error) {
    if (signal?.aborted) throw new WhetstoneError('unavailable', 'stopped before the download ended', { cause: error });
    throw new WhetstoneError(
      'unavailable',
      `${entry.name} could not be downloaded from ${entry.url}: ${reasonOf(error)}. A copy of yours is taken with: whetstone-evals datasets pull ${entry.name} --from FILE`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** `fetch` says "fetch failed" or "terminated" and keeps the reason beneath. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

async function* read(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new WhetstoneError('not_found', `${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

async function write(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes, tooMuch }: { maxBytes: number; tooMuch: () => WhetstoneError },
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooMuch();
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function describe(path: string): Promise<{ sha256: string; bytes: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return { sha256: hash.digest('hex'), bytes: found.size };
}
