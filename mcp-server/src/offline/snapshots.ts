import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, parseJson } from '../json.ts';
import { listFiles, removeQuietly, replaceFile } from './state-files.ts';

export interface Snapshot {
  body: Record<string, unknown>;
  savedAtMs: number;
}

/** What the cloud said last to each question, for when it is away. */
export interface Snapshots {
  /** Nothing for a question that was never answered, and for a file that cannot be used. */
  read(question: string): Promise<Snapshot | undefined>;
  /** A disk that is full or read-only is no reason to stop answering. */
  write(question: string, snapshot: Snapshot): Promise<void>;
}

const format = 1;
/** A question each; the oldest give way. */
const maxFiles = 100;

export function snapshots(directory: () => string | undefined): Snapshots {
  const fileOf = (folder: string, question: string) =>
    join(folder, `${createHash('sha256').update(question).digest('hex').slice(0, 32)}.json`);

  return {
    async read(question) {
      const folder = directory();
      if (folder === undefined) return undefined;
      const text = await readFile(fileOf(folder, question), 'utf8').catch(() => undefined);
      const stored = text === undefined ? undefined : parseJson(text);
      if (!isRecord(stored) || stored['format'] !== format || stored['question'] !== question) return undefined;
      const { body, savedAtMs } = stored;
      return isRecord(body) && typeof savedAtMs === 'number' ? { body, savedAtMs } : undefined;
    },

    async write(question, snapshot) {
      const folder = directory();
      if (folder === undefined) return;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const isNew = !(await isThere(fileOf(folder, question)));
        await replaceFile(fileOf(folder, question), JSON.stringify({ format, question, ...snapshot }));
        if (isNew) await makeRoom(folder);
      } catch {
        // Answers will not outlast this process without the cloud; whetstone_status names a state directory that fails.
      }
    },
  };
}

async function makeRoom(folder: string) {
  const names = (await listFiles(folder)).filter((name) => name.endsWith('.json'));
  if (names.length <= maxFiles) return;
  const byAge = await Promise.all(
    names.map(async (name) => ({
      name,
      mtimeMs: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  );
  byAge.sort((a, b) => a.mtimeMs - b.mtimeMs);
  for (const { name } of byAge.slice(0, names.length - maxFiles)) await removeQuietly(join(folder, name));
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
