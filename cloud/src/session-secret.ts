import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What signs the cookies of this data directory: made once, readable by its owner alone, so that people stay signed in
 * over a restart. Of servers that start together on one directory, all end up with the same.
 */
export async function keptSessionSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'session.secret');
  const kept = await textOf(path);
  if (kept) return kept;
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'w', 0o600);
  await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
  await file.sync();
  await file.close();
  // Unlike a rename, a link takes no place that another has taken meanwhile.
  await link(draft, path).catch(unless('EEXIST'));
  await rm(draft);
  return (await textOf(path))!;
}

async function textOf(path: string) {
  const text = await readFile(path, 'utf8').catch(unless('ENOENT'));
  return text?.trim();
}

const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error;
};
