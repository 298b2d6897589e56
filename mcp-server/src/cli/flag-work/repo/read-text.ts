import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

export type ReadText = { text: string; bytes: number } | { skipped: 'large' | 'binary' | 'link' | 'unreadable' };

/**
 * A text file below a root. Links are not followed, nor files behind a linked folder: what lies elsewhere is none of the
 * repository's code. Git lists the path of a folder that was since replaced by a link, so that each is looked at.
 */
export async function readText(realRoot: string, file: string, mostBytes: number): Promise<ReadText> {
  const path = join(realRoot, file);
  try {
    if (!(await realpath(join(path, '..'))).concat(sep).startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
      return { skipped: 'link' };
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return { skipped: 'unreadable' };
      if (stat.size > mostBytes) return { skipped: 'large' };
      const content = await handle.readFile();
      if (content.subarray(0, 8_192).includes(0)) return { skipped: 'binary' };
      return { text: content.toString('utf8'), bytes: content.length };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { skipped: (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'link' : 'unreadable' };
  }
}
