import { constants } from 'node:fs';
import { cp, lstat, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';

/** A folder of the host, and where a command finds it, read-only. */
export interface Lent {
  host: string;
  inside: string;
}

/**
 * Makes the checkout's installed dependencies appear in a copy of the repository: links (pnpm's packages, workspaces) are
 * made anew, so that those to the repository itself lead to the copy; everything else becomes a link to `/deps`, where the
 * jail shows the original read-only. The folder itself is the copy's own: tools keep caches in it.
 */
export async function lendDependencies(
  checkout: string | undefined,
  deps: readonly string[],
  copy: string,
): Promise<Lent[]> {
  return await Promise.all(
    deps.map(async (dep) => {
      const host = await installed(checkout, dep);
      const inside = join('/deps', dep);
      await mirror(host, inside, join(copy, dep));
      return { host, inside };
    }),
  );
}

/** For a command that runs on the host, where nothing can be lent read-only: copies that it may do with as it likes. */
export async function copyDependencies(checkout: string | undefined, deps: readonly string[], copy: string) {
  for (const dep of deps)
    await cp(await installed(checkout, dep), join(copy, dep), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
}

async function installed(checkout: string | undefined, dep: string): Promise<string> {
  if (checkout === undefined)
    throw new WhetstoneError(
      'invalid',
      `${dep}: only a checkout has dependencies to lend, not a bundle or bare repository`,
    );
  return await realpath(join(checkout, dep)).catch(() => {
    throw new WhetstoneError('unavailable', `${checkout} has no ${dep}: install its dependencies first`);
  });
}

/** What tools write for themselves; a stale one of another commit would be worse than none. */
const caches = /^\.(cache|vite.*|vitest.*|tsbuildinfo.*)$/;

async function mirror(from: string, inside: string, to: string): Promise<void> {
  if (await lstat(to).catch(() => undefined))
    throw new WhetstoneError('invalid', `${to} is part of the repository, so it cannot be lent`);
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const { name } = entry;
    if (caches.test(name)) continue;
    if (entry.isSymbolicLink()) await symlink(await readlink(join(from, name)), join(to, name));
    else if (entry.isDirectory() && name.startsWith('@'))
      await mirror(join(from, name), join(inside, name), join(to, name));
    else await symlink(join(inside, name), join(to, name));
  }
}
