import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Origin } from '../config.ts';
import { codeOf, listFiles, removeQuietly, replaceFile, setAside } from './state-files.ts';
import { currentFormat, encodeStored, formatOf } from './stored-document.ts';
import { decodeRuleset, type StoredRuleset } from './stored-ruleset.ts';

export interface RulesetStore {
  /** Answers nothing for a file that is missing, and a problem for one that cannot be used. */
  read(): Promise<{ stored?: StoredRuleset; problem?: string }>;
  /** Answers what went wrong, if anything: a full or read-only disk is no reason to stop answering. */
  write(stored: StoredRuleset): Promise<string | undefined>;
}

/** Two servers or two keys never see each other's flags, and the secret part of a key is never written. */
export function partitionOf({ url, selector }: Pick<Origin, 'url' | 'selector'>) {
  return createHash('sha256').update(`${url}\n${selector}`).digest('hex').slice(0, 16);
}

/**
 * The last-known-good ruleset in a directory that several processes share. The revision is in the name of its file, and
 * the highest counts: so nobody needs a lock, and a process that is slow or behind cannot take the others back.
 */
export function rulesetStore(directory: string): RulesetStore {
  /** What this process has read or written last: the cloud may replace that even by a lower revision, as after a restore. */
  let ours: string | undefined;

  async function read(attemptsLeft = 3): Promise<{ stored?: StoredRuleset; problem?: string }> {
    let problem: string | undefined;
    for (const { name } of await rulesetFiles(directory)) {
      const path = join(directory, name);
      const text = await readFile(path, 'utf8').catch(ifGone);
      // Another process has replaced it since the directory was listed.
      if (text === undefined) return attemptsLeft > 0 ? read(attemptsLeft - 1) : {};
      const format = formatOf(text);
      if (format !== undefined && format > currentFormat) return { problem: newer(path, format) };
      const stored = decodeRuleset(text);
      if (stored) {
        ours = name;
        return { stored, ...(problem && { problem }) };
      }
      problem = await quarantine(path);
    }
    return problem ? { problem } : {};
  }

  async function write(stored: StoredRuleset) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const name = nameOf(stored);
    const others = (await rulesetFiles(directory)).filter((file) => file.name !== name);
    for (const file of [...others.map((other) => other.name), name]) {
      const path = join(directory, file);
      const format = formatOf((await readFile(path, 'utf8').catch(ifGone)) ?? '');
      if (format !== undefined && format > currentFormat) return newer(path, format);
    }
    // Another process is ahead; this one will hear of it from the cloud.
    if (others.some((file) => file.revision > revisionOf(stored) && file.name !== ours)) return undefined;
    await replaceFile(join(directory, name), encodeStored(stored));
    ours = name;
    for (const other of others) await removeQuietly(join(directory, other.name));
    return undefined;
  }

  return {
    read: () =>
      read().catch((error: unknown) => ({
        problem: `${directory} cannot be read (${codeOf(error)}); check its permissions`,
      })),
    write: (stored) =>
      write(stored).catch(
        (error: unknown) =>
          `${join(directory, nameOf(stored))} cannot be written (${codeOf(error)}); answers will not survive a restart without the cloud. Make room or set WHETSTONE_STATE_DIR to a writable folder`,
      ),
  };
}

const namePattern = /^ruleset-(\d{1,16})\.json$/;

const revisionOf = ({ document }: StoredRuleset) => document.revision;

const nameOf = (stored: StoredRuleset) => `ruleset-${revisionOf(stored)}.json`;

/** The newest first. */
async function rulesetFiles(directory: string) {
  const names = await listFiles(directory);
  return names
    .flatMap((name) => {
      const revision = namePattern.exec(name)?.[1];
      return revision === undefined ? [] : [{ name, revision: Number(revision) }];
    })
    .sort((a, b) => b.revision - a.revision);
}

async function quarantine(path: string) {
  const kept = await setAside(path);
  return `${path} is damaged and was ignored${kept ? `; it is kept as ${kept}` : ''}`;
}

const newer = (path: string, format: number) =>
  `${path} has format ${format}, of a newer whetstone-mcp that shares this folder, and was ignored and left as it is; answers will not survive a restart without the cloud. Update this whetstone-mcp`;

function ifGone(error: unknown) {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}
