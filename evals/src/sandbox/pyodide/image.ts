import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interpreter, loadedText } from './interpreter.ts';

/** Where the memory of a booted Python lies, to boot others from. */
export interface ImageStore {
  /** Undefined where none could be made or kept: then every interpreter boots in full. */
  file(): Promise<string | undefined>;
  /** It did not boot: away with it, and no other is made. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Kept in `cacheDir` under the hash of what was loaded and of its own bytes, and checked against the latter; without a
 * `cacheDir` made once for this process.
 */
export function openImageStore(options: {
  version: string;
  hashSeed: number;
  cacheDir?: string | undefined;
}): ImageStore {
  let folder: Promise<string> | undefined;
  let image: Promise<string | undefined> | undefined;
  const openFolder = () =>
    (folder ??= options.cacheDir ? keptFolder(options.cacheDir) : mkdtemp(join(tmpdir(), 'whetstone-pyodide-')));
  return {
    file: () =>
      (image ??= openFolder()
        .then((path) => findOrMake(path, options))
        .catch(() => undefined)),
    async discard() {
      const file = await image;
      image = Promise.resolve(undefined);
      if (file) await rm(file, { force: true });
    },
    async close() {
      await image;
      if (!options.cacheDir && folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function keptFolder(cacheDir: string): Promise<string> {
  const path = join(cacheDir, 'pyodide');
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

async function findOrMake(folder: string, { version, hashSeed }: { version: string; hashSeed: number }) {
  const key = sha256(JSON.stringify([version, hashSeed, loadedText()])).slice(0, 24);
  for (const name of await readdir(folder)) {
    const hash = new RegExp(`^${key}-([0-9a-f]{64})\\.image$`).exec(name)?.[1];
    if (hash === undefined) continue;
    const path = join(folder, name);
    if (sha256(await readFile(path)) === hash) return path;
    await rm(path, { force: true });
  }
  const bytes = await makeImage(hashSeed);
  const path = join(folder, `${key}-${sha256(bytes)}.image`);
  const unfinished = join(folder, `${randomUUID()}.unfinished`);
  await writeFile(unfinished, bytes, { mode: 0o600, flush: true });
  await rename(unfinished, path);
  return path;
}

async function makeImage(hashSeed: number): Promise<Buffer> {
  let image: Buffer | undefined;
  const interpreter = await Interpreter.boot({
    role: 'candidate',
    hashSeed,
    onSnapshot: (bytes) => {
      image = Buffer.from(bytes);
    },
  });
  await interpreter.close();
  if (image === undefined) throw new Error('no image came');
  return image;
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
