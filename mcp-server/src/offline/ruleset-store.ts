import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Origin } from '../config.ts';

/** The last-known-good ruleset as it lies on disk. */
export interface StoredRuleset {
  /** As the server sent it; compiled again on reading, since an evaluator of another version may have written it. */
  document: unknown;
  etag?: string | undefined;
  confirmedAtMs: number;
}

export interface RulesetStore {
  /** Answers nothing for a file that is missing, and a problem for one that cannot be used. */
  read(): Promise<{ stored?: StoredRuleset; problem?: string }>;
  /** Answers what went wrong, if anything: a full or read-only disk is no reason to stop answering. */
  write(stored: StoredRuleset): Promise<string | undefined>;
}

const format = 1;

/** Two servers or two keys never see each other's flags, and the secret part of a key is never written. */
export function partitionOf({ url, selector }: Pick<Origin, 'url' | 'selector'>) {
  return createHash('sha256').update(`${url}\n${selector}`).digest('hex').slice(0, 16);
}

export function rulesetStore(directory: string): RulesetStore {
  const path = join(directory, 'ruleset.json');

  return {
    async read() {
      try {
        return parse(await readFile(path, 'utf8'), path);
      } catch (error) {
        return codeOf(error) === 'ENOENT' ? {} : { problem: `${path} cannot be read (${codeOf(error)})` };
      }
    },

    async write(stored) {
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await replaceFile(path, JSON.stringify({ format, ...stored }));
        return undefined;
      } catch (error) {
        return `${path} cannot be written (${codeOf(error)}); answers will not survive a restart without the cloud`;
      }
    },
  };
}

/** Readers see the old file or the new one, never half of one, however many processes write and die at once. */
async function replaceFile(path: string, text: string) {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

function parse(text: string, path: string): { stored?: StoredRuleset; problem?: string } {
  const damaged = { problem: `${path} is damaged and was ignored` };
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return damaged;
  }
  if (!isRecord(file)) return damaged;
  if (file.format !== format) return { problem: `${path} has format ${String(file.format)} and was ignored` };
  const { document, etag, confirmedAtMs } = file;
  if (!isRecord(document) || typeof confirmedAtMs !== 'number') return damaged;
  return { stored: { document, confirmedAtMs, etag: typeof etag === 'string' ? etag : undefined } };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown error';
