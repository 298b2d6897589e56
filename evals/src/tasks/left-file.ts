import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * A file that a command was to write; undefined where it did not. It may have left anything under that name: a link to a
 * file of the host, a pipe that nobody writes to, more than there is memory.
 */
export async function readLeftFile(path: string, maxBytes: number): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (!file) return undefined;
  try {
    const found = await file.stat();
    return found.isFile() && found.size <= maxBytes ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}
