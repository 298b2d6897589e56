import { createHash } from 'node:crypto';
import { mkdir, open, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, listFiles, removeQuietly, replaceFile } from '../offline/state-files.ts';
import { decodeKept, encodeKept, readHead, type KeptAbout, type KeptFile } from './segment-file.ts';

/** Documentation that was used before, for when the cloud is away. It may be deleted at any time. */
export interface SegmentStore {
  /** Which versions are here, the one used last first. */
  list(): Promise<KeptAbout[]>;
  /** Nothing for one that is not here. A damaged file is thrown away, and a problem says so. */
  read(library: string, version: string): Promise<{ kept?: KeptFile; problem?: string }>;
  /** Answers what went wrong, if anything: a full disk is no reason to stop answering. */
  write(about: Omit<KeptAbout, 'lengths'>, parts: readonly Uint8Array[]): Promise<string | undefined>;
}

interface StoreParts {
  directory: string;
  /** Of all files together; those used longest ago give way. */
  mostBytes: number;
}

/** The first line is far shorter. */
const headBytes = 8_192;

/**
 * A file per version in a directory that several processes share. Files are replaced as a whole, so nobody sees half of one, and
 * whoever writes last wins: all of them wrote what the cloud said.
 */
export function segmentStore({ directory, mostBytes }: StoreParts): SegmentStore {
  const pathOf = (library: string, version: string) =>
    join(directory, `${createHash('sha256').update(`${library}\n${version}`).digest('hex').slice(0, 32)}.docs`);

  async function files() {
    const names = (await listFiles(directory).catch(() => [])).filter((name) => name.endsWith('.docs'));
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(directory, name);
        const about = await stat(path).catch(() => undefined);
        return about ? [{ path, bytes: about.size, usedAtMs: about.mtimeMs }] : [];
      }),
    );
    return found.flat().toSorted((a, b) => b.usedAtMs - a.usedAtMs);
  }

  async function makeRoom(justWritten: string) {
    let bytes = 0;
    for (const file of await files()) {
      bytes += file.bytes;
      if (bytes > mostBytes && file.path !== justWritten) await removeQuietly(file.path);
    }
  }

  return {
    async list() {
      const heads = await Promise.all((await files()).map(async ({ path }) => readHead(await firstLineOf(path))));
      return heads.flatMap((head) => (head ? [head.about] : []));
    },

    async read(library, version) {
      const path = pathOf(library, version);
      const file = await readFile(path).catch(() => undefined);
      if (!file) return {};
      const kept = decodeKept(file);
      if (kept?.about.library === library && kept.about.version === version) {
        // Used now. Who may not write may read all the same.
        await utimes(path, new Date(), new Date()).catch(() => undefined);
        return { kept };
      }
      await removeQuietly(path);
      return { problem: `The copy of ${library} ${version} in ${directory} was damaged and is thrown away.` };
    },

    async write(about, parts) {
      const path = pathOf(about.library, about.version);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await replaceFile(path, encodeKept(about, parts));
        await makeRoom(path);
        return undefined;
      } catch (error) {
        return `${directory} cannot be written (${codeOf(error)}), so documentation is not there once the cloud is away; make room or set WHETSTONE_CACHE_DIR to a writable folder.`;
      }
    },
  };
}

async function firstLineOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n')[0]!;
  } catch {
    return '';
  } finally {
    await file.close();
  }
}
