import type { FieldError } from '@whetstone/shared/errors';
import { createHash } from 'node:crypto';

/** Task -> path -> content, as it came over HTTP. */
export type Tasks = Record<string, Record<string, string>>;

const textFiles = ['task.toml', 'instruction.md', 'test.patch', 'gold.patch'];
const isBundle = (path: string) => /^[A-Za-z0-9][A-Za-z0-9_-]*\.bundle$/.test(path);

/**
 * What of these files cannot be taken. A task is one folder without folders in it: its four files of text, and bundles of
 * git in base64 for `[repo] git` to name.
 */
export const complaintsAbout = (tasks: Tasks): FieldError[] =>
  Object.entries(tasks).flatMap(([task, files]) =>
    Object.entries(files).flatMap(([path, content]): FieldError[] => {
      const at = `tasks.${task}.${path}`;
      if (textFiles.includes(path)) return [];
      if (!isBundle(path))
        return [{ path: at, message: `a task holds ${textFiles.join(', ')} and <name>.bundle, nothing else` }];
      if (/^[A-Za-z0-9+/]+={0,2}\s*$/.test(content)) return [];
      return [{ path: at, message: 'expected a git bundle in base64, on one line' }];
    }),
  );

/** As they stand in a task's folder. */
export const bytesOf = (path: string, content: string): Buffer =>
  isBundle(path) ? Buffer.from(content, 'base64') : Buffer.from(content);

/** Of all files, whatever order they came in. */
export function filesSha256(tasks: Tasks): string {
  const hash = createHash('sha256');
  for (const [task, files] of inOrder(tasks))
    for (const [path, content] of inOrder(files)) {
      const bytes = bytesOf(path, content);
      hash.update(`${task}/${path} ${bytes.length}\n`).update(bytes);
    }
  return hash.digest('hex');
}

const inOrder = <T>(record: Record<string, T>) => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
