import { appendFileSync, mkdirSync } from 'node:fs';
import { appendFile, mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, parseJson } from '../../json.ts';
import { codeOf, listFiles, removeQuietly } from '../state-files.ts';

export interface Assignment {
  /** Of flag, attribute and unit. */
  id: string;
  variant: string;
  atMs: number;
  /** The first answer that could not be served any more. */
  instead?: string;
}

/**
 * Lines that several processes append to and read in one order, so that what stands first is the same for all. Nobody
 * rewrites: a file that is full is followed by one with the next number, and the one before the last is deleted.
 */
export interface AssignmentJournal {
  /** What was not read yet, by whomever it was written. */
  readNew(): Promise<{ lines: Assignment[]; problem: string | undefined }>;
  /** Answers what went wrong, if anything. */
  append(assignments: readonly Assignment[]): Promise<string | undefined>;
  /** The same where nothing can be awaited; what does not fit on the disk is lost. */
  appendNow(assignments: readonly Assignment[]): void;
}

/** Of one file, about 6,000 lines. */
const fullBytes = 512 * 1024;
const filesKept = 2;

export function assignmentJournal(folder: () => string): AssignmentJournal {
  /** Number of a file -> how far it was read, to the last whole line. */
  const offsets = new Map<number, number>();
  let last = 1;

  const pathOf = (number: number) => join(folder(), `${number}.jsonl`);

  async function readNew() {
    const numbers = (await listFiles(folder())).flatMap(numberIn).sort((a, b) => a - b);
    const kept = numbers.slice(-filesKept);
    last = kept.at(-1) ?? last;
    for (const number of offsets.keys()) if (!kept.includes(number)) offsets.delete(number);
    const assignments: Assignment[] = [];
    for (const number of kept) assignments.push(...(await readFrom(number)));
    return assignments;
  }

  async function readFrom(number: number): Promise<Assignment[]> {
    const file = await open(pathOf(number), 'r').catch(ifGone);
    if (!file) return [];
    try {
      const { size } = await file.stat();
      // Shorter than it was: somebody has emptied the folder.
      const before = offsets.get(number) ?? 0;
      const from = before > size ? 0 : before;
      if (size === from) return [];
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
      const end = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
      offsets.set(number, from + end);
      return buffer.toString('utf8', 0, end).split('\n').flatMap(assignmentIn);
    } finally {
      await file.close();
    }
  }

  async function append(assignments: readonly Assignment[]) {
    await mkdir(folder(), { recursive: true, mode: 0o700 });
    if ((await sizeOf(pathOf(last))) >= fullBytes) {
      last += 1;
      const old = (await listFiles(folder())).flatMap(numberIn).filter((number) => number <= last - filesKept);
      for (const number of old) await removeQuietly(pathOf(number));
    }
    await appendFile(pathOf(last), textOf(assignments), { mode: 0o600 });
  }

  const problemOf = (error: unknown, what: string) =>
    `${folder()} cannot be ${what} (${codeOf(error)}); tasks may change their variant when coverage changes. Make room or set WHETSTONE_STATE_DIR to a writable folder`;

  return {
    readNew: () =>
      readNew().then(
        (lines) => ({ lines, problem: undefined }),
        (error: unknown) => ({ lines: [], problem: problemOf(error, 'read') }),
      ),
    append: (assignments) =>
      append(assignments).then(
        () => undefined,
        (error: unknown) => problemOf(error, 'written'),
      ),
    appendNow(assignments) {
      if (assignments.length === 0) return;
      try {
        mkdirSync(folder(), { recursive: true, mode: 0o700 });
        appendFileSync(pathOf(last), textOf(assignments), { mode: 0o600 });
      } catch {
        // The process is ending and nobody is there to be told.
      }
    },
  };
}

/** A line begins with its line break: one that was torn by a crash does not take the next one with it. */
const textOf = (assignments: readonly Assignment[]) =>
  assignments
    .map(({ id, variant, atMs, instead }) => `\n${JSON.stringify({ id, v: variant, t: atMs, w: instead })}\n`)
    .join('');

function assignmentIn(line: string): Assignment[] {
  const json = parseJson(line);
  if (!isRecord(json)) return [];
  const { id, v: variant, t: atMs, w: instead } = json;
  if (typeof id !== 'string' || typeof variant !== 'string' || typeof atMs !== 'number') return [];
  return [{ id, variant, atMs, ...(typeof instead === 'string' && { instead }) }];
}

const numberIn = (name: string) => {
  const number = /^(\d{1,15})\.jsonl$/.exec(name)?.[1];
  return number === undefined ? [] : [Number(number)];
};

const sizeOf = async (path: string) => (await stat(path).catch(ifGone))?.size ?? 0;

function ifGone(error: unknown) {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}
