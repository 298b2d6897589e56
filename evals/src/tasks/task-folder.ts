import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { parseTaskFile, type TaskFile } from './task-file.ts';
import { formatTaskFile } from './write-task-file.ts';

export const taskFiles = ['task.toml', 'instruction.md', 'test.patch', 'gold.patch'] as const;

export interface Task {
  folder: string;
  file: TaskFile;
  instruction: string;
  /** Hidden from who answers; bytes, since a patch may hold what is no UTF-8. */
  testPatch: Buffer;
  goldPatch: Buffer;
}

export async function readTask(folder: string): Promise<Task> {
  const [toml, instruction, testPatch, goldPatch] = await Promise.all(taskFiles.map((name) => readPart(folder, name)));
  if (!toml || !instruction || !testPatch || !goldPatch) throw new Error('four files were asked for');
  return {
    folder,
    file: parseTaskFile(toml.toString('utf8'), join(folder, 'task.toml')),
    instruction: instruction.toString('utf8'),
    testPatch,
    goldPatch,
  };
}

/** Writes all four files, sealed: the task's hash is what it now holds. Unsealed while it has not been validated. */
export async function writeTask(task: Task, { seal }: { seal: boolean }): Promise<void> {
  const { content_sha256: _, ...provenance } = task.file.provenance;
  // Read back: what is hashed is what a reader of the file will see.
  const normal = parseTaskFile(formatTaskFile({ ...task.file, provenance }), join(task.folder, 'task.toml'));
  const unsealed: Task = { ...task, file: normal };
  const file = seal
    ? { ...normal, provenance: { ...normal.provenance, content_sha256: contentSha256(unsealed) } }
    : normal;
  await mkdir(task.folder, { recursive: true });
  await Promise.all([
    writeFile(join(task.folder, 'task.toml'), formatTaskFile(file)),
    writeFile(join(task.folder, 'instruction.md'), task.instruction),
    writeFile(join(task.folder, 'test.patch'), task.testPatch),
    writeFile(join(task.folder, 'gold.patch'), task.goldPatch),
  ]);
}

/** Over everything a task says, however its TOML is laid out. */
export function contentSha256({ file, instruction, testPatch, goldPatch }: Task): string {
  const { content_sha256: _, ...provenance } = file.provenance;
  const hash = createHash('sha256');
  for (const part of [formatTaskFile({ ...file, provenance }), instruction, testPatch, goldPatch]) {
    const bytes = Buffer.from(part);
    hash.update(`${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

async function readPart(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name);
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile()) throw new WhetstoneError('invalid', `${folder} is no task: it lacks the file ${name}`);
  return await readFile(path);
}
