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
  const texts = await Promise.all([path, `${path}.new`].map(textOf));
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

/** Written whole or not at all, on the disk when this resolves, readable by its owner alone. */
export async function keepKey({ path }: KeyFile, secret: string) {
  if ((await textOf(path)) !== secret) {
    await mkdir(dirname(path), { recursive: true });
    const draft = path.endsWith('.new') ? path : `${path}.new`;
    const file = await open(draft, 'w', 0o600);
    await file.writeFile(`${secret}\n`);
    await file.sync();
    await file.close();
    if (draft !== path) await rename(draft, path);
  }
  await chmod(path, 0o600);
}
