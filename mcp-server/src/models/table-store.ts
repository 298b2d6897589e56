import type { PackedTable, RoutingTable } from '@whetstone/shared/portfolio';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Origin } from '../config.ts';
import { partitionOf } from '../offline/ruleset-store.ts';
import { codeOf, replaceFile, setAside } from '../offline/state-files.ts';
import { decodeStored, encodeStored, isNewerFormat, type StoredDocument } from '../offline/stored-document.ts';

/** A routing table as the cloud sent it, and what is in it. */
export interface StoredTable extends StoredDocument<PackedTable> {
  table: RoutingTable;
}

export interface TableStore {
  /** Nothing for a file that is missing, and a problem for one that cannot be used. */
  read(): Promise<{ stored?: StoredTable; problem?: string }>;
  /** Answers what went wrong, if anything: a full or read-only disk is no reason to stop answering. */
  write(stored: StoredDocument<PackedTable>): Promise<string | undefined>;
}

/** The last-known-good table. Several processes write whole files of it: the last one counts, and all ask the cloud again. */
export function tableStore(path: string, unpack: (packed: unknown) => RoutingTable): TableStore {
  async function read() {
    const text = await textOf(path);
    if (text === undefined) return {};
    if (isNewerFormat(text)) return { problem: newer(path) };
    const stored = decodeStored(text);
    try {
      if (stored) return { stored: { ...stored, table: unpack(stored.document) } };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    const kept = await setAside(path);
    return { problem: `${path} is damaged and was ignored${kept ? `; it is kept as ${kept}` : ''}` };
  }

  async function write(stored: StoredDocument<PackedTable>) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    if (isNewerFormat((await textOf(path)) ?? '')) return newer(path);
    await replaceFile(path, encodeStored(stored));
    return undefined;
  }

  return {
    read: () =>
      read().catch((error: unknown) => ({
        problem: `${path} cannot be read (${codeOf(error)}); check its permissions`,
      })),
    write: (stored) =>
      write(stored).catch(
        (error: unknown) =>
          `${path} cannot be written (${codeOf(error)}); without the cloud, models are recommended until a restart only. Make room or set WHETSTONE_STATE_DIR to a writable folder`,
      ),
  };
}

export const tablePath = (stateDir: string, origin: Origin) =>
  join(stateDir, partitionOf(origin), 'routing-table.json');

const textOf = (path: string) =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });

const newer = (path: string) =>
  `${path} is of a newer whetstone-mcp that shares this folder, and was ignored and left as it is. Update this whetstone-mcp`;
