import { WhetstoneError } from '@whetstone/shared/errors';
import { createHash } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { mostFiles, sizeOf, type Files, type FoundFile, type SkippedFile } from './files.ts';

interface Options {
  /** With links resolved. */
  folder: string;
  /** Links to files are followed below one of these; with links resolved. */
  roots: readonly string[];
  pageBytes: number;
  signal: AbortSignal;
  /** What it is, for sentences. */
  name: string;
}

/** The files below a folder of this server, in the order of their paths; hidden folders and packages aside. */
export const filesOfFolder =
  (options: Options): Files =>
  (isWanted) =>
    read(isWanted, options);

/** So young a file may be written once more without looking newer. */
const youngMs = 5_000;

/**
 * What the wanted files below a folder are like, without reading them: where one was written, replaced, added or removed, it is another.
 * Undefined where one was written just now.
 */
export async function stateOfFolder(
  isWanted: (path: string) => boolean,
  options: Options & { clock: () => number },
): Promise<string | undefined> {
  const hash = createHash('sha256').update(options.folder);
  const latest = options.clock() - youngMs;
  for await (const found of walk(isWanted, options)) {
    const path = join(options.folder, found.path);
    const about = found.kind === 'entry' ? await stat(path, { bigint: true }).catch(() => undefined) : undefined;
    if (about && Number(about.ctimeMs) >= latest) return undefined;
    // A link may lead elsewhere, to a file just like the one before it.
    const target = found.kind === 'entry' && !found.entry.isFile() && (await realpath(path).catch(() => undefined));
    const is = about && [about.dev, about.ino, about.mode, about.size, about.mtimeNs, about.ctimeNs].join(' ');
    hash.update(JSON.stringify([found.path, is, target]));
  }
  return hash.digest('hex');
}

const isPassedBy = (folder: string) => folder.startsWith('.') || folder === 'node_modules';

async function* read(isWanted: (path: string) => boolean, options: Options): AsyncGenerator<FoundFile | SkippedFile> {
  for await (const found of walk(isWanted, options))
    yield found.kind === 'skipped' ? found : await fileAt(found, options);
}

interface FoundEntry {
  kind: 'entry';
  path: string;
  entry: Dirent;
}

async function* walk(
  isWanted: (path: string) => boolean,
  { folder, signal, name }: Options,
): AsyncGenerator<FoundEntry | SkippedFile> {
  let entries = 0;
  // From its end: the next folder in order is the last one.
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    signal.throwIfAborted();
    const found = await readdir(join(folder, below), { withFileTypes: true }).catch(() => undefined);
    if (!found) {
      yield { kind: 'skipped', path: below || '.', why: 'it is a folder that the server cannot read' };
      continue;
    }
    entries += found.length;
    if (entries > mostFiles)
      throw new WhetstoneError(
        'payload_too_large',
        `${name} has more than ${mostFiles} files; name a folder within it`,
      );
    const folders: string[] = [];
    for (const entry of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isPassedBy(entry.name)) folders.push(path);
      } else if (isWanted(path)) yield { kind: 'entry', path, entry };
    }
    waiting.push(...folders.toReversed());
  }
}

async function fileAt(
  { path, entry }: FoundEntry,
  { folder, roots, pageBytes }: Options,
): Promise<FoundFile | SkippedFile> {
  const skipped = (why: string): SkippedFile => ({ kind: 'skipped', path, why });
  // Folders are no links, those were passed by: neither is the way to what is none itself.
  const real = entry.isFile() ? join(folder, path) : await realpath(join(folder, path)).catch(() => undefined);
  if (real === undefined) return skipped('it is a link that leads nowhere');
  if (!roots.some((root) => isBelow(root, real))) return skipped('it is a link that leads out of the folder');
  // Whatever took its place since then: no link is followed, and no pipe waited for.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(unreadable);
  if (!file) return skipped('it cannot be read by the server');
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return skipped('it is no file');
    if (stat.size > pageBytes) return skipped(`it is larger than ${sizeOf(pageBytes)}`);
    const bytes = Buffer.alloc(stat.size);
    // One that grows meanwhile is read as it was.
    const { bytesRead } = await file.read(bytes, 0, stat.size, 0);
    return { kind: 'file', path, bytes: bytes.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

/** Nothing, for one that is not to be read; that the server is out of handles says nothing about the file. */
function unreadable(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error;
}

export const isBelow = (root: string, path: string) => path.startsWith(root.endsWith(sep) ? root : root + sep);
