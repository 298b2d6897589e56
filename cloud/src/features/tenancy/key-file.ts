import type { Role } from '@whetstone/shared/contract';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that holds a key for the people and programs of this machine. */
export interface KeyFile {
  path: string;
  name: string;
  role: Role;
}

/** What the file holds, and the draft that a start which was cut short has left beside it. */
export async function readKeys({ path }: KeyFile): Promise<string[]> {
  const texts = await Promise.all([path, draftOf(path)].map(textOf));
  return texts.filter((text) => text !== '');
}

async function textOf(path: string) {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Beside its place and on the disk when this resolves, readable by its owner alone. */
export async function writeDraft({ path }: KeyFile, secret: string) {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(draftOf(path), 'w', 0o600);
  await file.writeFile(`${secret}\n`);
  await file.sync();
  await file.close();
}

/** Puts the key in its place, whole or not at all, unless it is there. */
export async function keepKey(file: KeyFile, secret: string) {
  if ((await textOf(file.path)) !== secret) {
    if ((await textOf(draftOf(file.path))) !== secret) await writeDraft(file, secret);
    await rename(draftOf(file.path), file.path);
  }
  await chmod(file.path, 0o600);
}

const draftOf = (path: string) => `${path}.new`;
