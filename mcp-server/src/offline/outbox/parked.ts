import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../state-files.ts';
import type { OutboxRecord } from './record.ts';

/** A record that was set aside so that the next could go on. */
export interface ParkedRecord extends OutboxRecord {
  reason: string;
  parkedAt: string;
}

/** One that is being sent again has another ending, so that it can be parked anew meanwhile. */
const grammar = /^([0-9A-Za-z-]+)\.(\d+)b\.(?:json|retrying)$/;

export const parkedDirectory = (outbox: string) => join(outbox, 'parked');

/** What the names alone tell. */
export function parkedUsage(files: readonly string[]) {
  const sizes = files.flatMap((file) => grammar.exec(file)?.[2] ?? []).map(Number);
  return { records: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** On disk when it resolves. Parking the same record twice leaves one. */
export async function park(
  outbox: string,
  { id, at, operation, body }: OutboxRecord,
  why: Omit<ParkedRecord, keyof OutboxRecord>,
) {
  const directory = parkedDirectory(outbox);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const known = (await readdir(directory)).find((file) => file.startsWith(`${id}.`) && file.endsWith('.json'));
  if (known !== undefined) return;
  const bytes = Buffer.from(`${JSON.stringify({ id, at, operation, body, ...why } satisfies ParkedRecord)}\n`);
  await replaceFile(join(directory, `${id}.${bytes.length}b.json`), bytes);
}

/** Bytes that were records once; kept for whoever can make sense of them. */
export async function quarantine(outbox: string, name: string, bytes: Uint8Array) {
  const directory = join(outbox, 'unreadable');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await replaceFile(join(directory, name), bytes);
}

export async function listParked(outbox: string): Promise<ParkedRecord[]> {
  const directory = parkedDirectory(outbox);
  const files = (await readdir(directory).catch((): string[] => [])).filter((file) => grammar.test(file)).toSorted();
  const parked = await Promise.all(files.map((file) => readParked(join(directory, file))));
  return parked.filter((record) => record !== undefined);
}

/**
 * Has a record written down elsewhere and then takes it from the parked ones. It may for a moment be both, also when the
 * process is killed in between, never neither.
 */
export async function unpark(outbox: string, id: string, writeDown: () => Promise<void>) {
  const directory = parkedDirectory(outbox);
  const file = (await readdir(directory)).find((name) => grammar.exec(name)?.[1] === id);
  if (file === undefined) return;
  const leaving = join(directory, file.replace(/json$/, 'retrying'));
  await rename(join(directory, file), leaving);
  await writeDown();
  await rm(leaving, { force: true });
}

async function readParked(path: string) {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ParkedRecord;
  } catch {
    return undefined;
  }
}
