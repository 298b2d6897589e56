import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Texts by their content: what a file was after one write and before the next lies here once. */
export interface Blobs {
  put(text: string): string;
  get(id: string): string | undefined;
  /** Forgets all but these. */
  keepOnly(ids: ReadonlySet<string>): void;
}

export function blobsIn(directory: string): Blobs {
  const pathOf = (id: string) => join(directory, id);
  return {
    put(text) {
      const id = createHash('sha256').update(text).digest('hex').slice(0, 40);
      if (existsSync(pathOf(id))) return id;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      // Whole or not there, also when two write at once or one is killed.
      const draft = `${pathOf(id)}.${randomUUID()}.tmp`;
      try {
        writeFileSync(draft, text, { mode: 0o600 });
        renameSync(draft, pathOf(id));
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
      return id;
    },
    get(id) {
      try {
        return readFileSync(pathOf(id), 'utf8');
      } catch {
        return undefined;
      }
    },
    keepOnly(ids) {
      if (!existsSync(directory)) return;
      for (const name of readdirSync(directory)) if (!ids.has(name)) rmSync(pathOf(name), { force: true });
    },
  };
}
