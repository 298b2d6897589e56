import { mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { git, GitFailure, gitText } from './git.ts';

export interface TreeChange {
  path: string;
  /** Git's modes: 100644, 100755, 120000 a link, 160000 a submodule, 000000 absent. */
  oldMode: string;
  newMode: string;
  oldHash: string;
  newHash: string;
}

/** States of a repository as git trees. Patches are applied to an index, never to files: no link can lead one astray. */
export interface Trees {
  /** The checkout that the repository belongs to; absent for bundles and bare ones. */
  checkout: string | undefined;
  /** A bare repository with all commits and no references, of whose configuration only we have a say. */
  store: string;
  treeOf(commit: string): Promise<string>;
  apply(tree: string, patch: Buffer): Promise<{ tree: string } | { refused: string }>;
  changes(from: string, to: string): Promise<TreeChange[]>;
  /** `tree` with the new sides of these changes, or with the old ones. */
  put(tree: string, changes: readonly TreeChange[], side: 'old' | 'new'): Promise<string>;
  diff(from: string, to: string): Promise<Buffer>;
  /** Every file of the tree into an empty folder. Submodules stay empty folders. */
  checkOut(tree: string, folder: string): Promise<void>;
  /**
   * What has become of a folder that held `tree`: changed, new and deleted files, but for what is git-ignored there and for
   * `except`. Repositories made within it are left out. The folder's own `.git` is not looked at, whatever it says.
   */
  capture(tree: string, folder: string, except: readonly string[]): Promise<string>;
}

/**
 * Opens a repository or a bundle for reading. What is made of it lies in a store below `scratch` that borrows its objects:
 * neither its files nor its index nor its references are touched, and nothing has to be undone.
 */
export async function openTrees(source: string, scratch: string): Promise<Trees> {
  const store = join(scratch, 'store.git');
  await mkdir(scratch, { recursive: true });
  const { objects, checkout } = await objectsOf(source, scratch);
  const format = await gitText(['rev-parse', '--show-object-format'], { cwd: objects });
  await git(['init', '--quiet', '--bare', `--object-format=${format}`, store], { cwd: scratch });
  await writeFile(join(store, 'objects/info/alternates'), `${objects}\n`);

  let indexes = 0;
  const inStore = (indexFile?: string) => ({ cwd: scratch, gitDir: store, ...(indexFile ? { indexFile } : {}) });
  const indexWith = async (tree: string) => {
    const call = inStore(join(scratch, `index-${(indexes += 1)}`));
    await git(['read-tree', tree], call);
    return call;
  };

  const put: Trees['put'] = async (tree, changes, side) => {
    const call = await indexWith(tree);
    const lines = changes.map((change) => {
      const [mode, hash] = side === 'old' ? [change.oldMode, change.oldHash] : [change.newMode, change.newHash];
      return `${mode === '000000' ? '0' : mode} ${hash}\t${change.path}\0`;
    });
    await git(['update-index', '-z', '--index-info'], { ...call, input: Buffer.from(lines.join(''), 'latin1') });
    return await gitText(['write-tree'], call);
  };

  return {
    checkout,
    store,
    async treeOf(commit) {
      return await gitText(['rev-parse', '--verify', '--quiet', `${commit}^{tree}`], inStore()).catch(() => {
        throw new WhetstoneError('not_found', `${source} has no commit ${commit} (a shallow clone may lack it)`);
      });
    },
    async apply(tree, patch) {
      const call = await indexWith(tree);
      const text = patch.at(-1) === 0x0a ? patch : Buffer.concat([patch, Buffer.from('\n')]);
      const attempt = async (flags: readonly string[]) =>
        await git(['apply', '--cached', '--binary', '--whitespace=nowarn', ...flags], { ...call, input: text });
      try {
        // Models miscount the lines of their hunks; the hunks' text still has to fit.
        await attempt([]).catch(async (error: unknown) => {
          await attempt(['--recount']).catch(() => {
            throw error;
          });
        });
      } catch (error) {
        if (error instanceof GitFailure) return { refused: error.complaint };
        throw error;
      }
      return { tree: await gitText(['write-tree'], call) };
    },
    async changes(from, to) {
      return readRawDiff(await git([...rawDiff, from, to], inStore()));
    },
    put,
    async diff(from, to) {
      const shape = ['--binary', '--full-index', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color'];
      return await git(['diff-tree', '-p', ...shape, '--src-prefix=a/', '--dst-prefix=b/', from, to], inStore());
    },
    async checkOut(tree, folder) {
      const call = await indexWith(tree);
      await mkdir(folder, { recursive: true });
      await git(['checkout-index', '--all', '--quiet'], { ...call, cwd: folder, workTree: folder });
    },
    async capture(tree, folder, except) {
      const call = await indexWith(tree);
      const excludes = join(scratch, 'excludes');
      await writeFile(excludes, except.map((path) => `/${path}\n`).join(''));
      const add = ['-c', `core.excludesFile=${excludes}`, '-c', 'advice.addEmbeddedRepo=false', 'add', '--all'];
      await git([...add, '--ignore-errors', '--', '.'], { ...call, cwd: folder, workTree: folder });
      const captured = await gitText(['write-tree'], call);
      const changes = readRawDiff(await git([...rawDiff, tree, captured], inStore()));
      const nested = changes.filter(({ oldMode, newMode }) => oldMode === '160000' || newMode === '160000');
      return nested.length === 0 ? captured : await put(captured, nested, 'old');
    },
  };
}

/** Where a repository keeps its objects, for another to borrow them; a bundle is unpacked below `scratch` first. */
export async function objectsOf(
  source: string,
  scratch: string,
): Promise<{ objects: string; checkout: string | undefined }> {
  const found = await stat(source).catch(() => undefined);
  if (!found) throw new WhetstoneError('not_found', `no repository at ${source}`);
  if (found.isFile()) {
    const copy = join(scratch, 'bundle.git');
    await git(['clone', '--quiet', '--bare', source, copy], { cwd: scratch }).catch((error: unknown) => {
      if (error instanceof GitFailure)
        throw new WhetstoneError('invalid', `${source} is no bundle that git can read: ${error.complaint}`);
      throw error;
    });
    return { objects: join(copy, 'objects'), checkout: undefined };
  }
  const shared = await gitText(['rev-parse', '--git-common-dir'], { cwd: source }).catch((error: unknown) => {
    if (error instanceof GitFailure)
      throw new WhetstoneError('invalid', `${source} is no git repository: ${error.complaint}`);
    throw error;
  });
  const checkout = await gitText(['rev-parse', '--show-toplevel'], { cwd: source }).catch(() => undefined);
  return { objects: join(await realpath(resolve(source, shared)), 'objects'), checkout };
}

const rawDiff = ['diff-tree', '-r', '-z', '--raw', '--no-renames'];

/** `:100644 100755 <hash> <hash> M\0path\0`, over and over; paths are bytes, kept one character each. */
export function readRawDiff(raw: Buffer): TreeChange[] {
  const parts = raw.toString('latin1').split('\0').slice(0, -1);
  return Array.from({ length: parts.length / 2 }, (_, index) => {
    const [oldMode = '', newMode = '', oldHash = '', newHash = ''] = (parts[index * 2] ?? '').slice(1).split(' ');
    return { path: parts[index * 2 + 1] ?? '', oldMode, newMode, oldHash, newHash };
  });
}

/** The path as people write it; `TreeChange.path` holds bytes. */
export const readablePath = (path: string) => Buffer.from(path, 'latin1').toString('utf8');
