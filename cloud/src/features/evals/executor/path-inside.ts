import { WhetstoneError } from '@whetstone/shared/errors';
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/**
 * What a name means below the folders that a setting of the server names, links resolved. Outside of them nothing is
 * looked at, so that no answer tells what is there.
 */
export async function pathInside(folders: readonly string[], name: string, setting: string): Promise<string> {
  let isInside = false;
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => undefined);
    if (root === undefined) continue;
    const wanted = resolve(root, name);
    if (!isBelow(root, wanted)) continue;
    const found = await realpath(wanted).catch(() => undefined);
    if (found === undefined) isInside = true;
    else if (isBelow(root, found)) return found;
  }
  if (isInside) throw new WhetstoneError('not_found', `there is no "${name}" below ${setting} of this server`);
  throw new WhetstoneError(
    'forbidden',
    `"${name}" does not lie below ${setting} of this server, and nothing else may be named`,
  );
}

const isBelow = (root: string, path: string) => path.startsWith(root.endsWith(sep) ? root : root + sep);
