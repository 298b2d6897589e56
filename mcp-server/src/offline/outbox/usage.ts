import { closeSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parkedDirectory, parkedUsage } from './parked.ts';
import { segmentsOf } from './segment-name.ts';

export interface Usage {
  records: number;
  bytes: number;
}

/** Of everything that waits in a directory, whoever put it there. */
export const limits: Usage = { records: 10_000, bytes: 50 * 1024 * 1024 };

/** How much more there is room for, said to the person who must make some. */
export function fullness({ records, bytes }: Usage, add: Usage): string | undefined {
  const advice =
    'run `whetstone-mcp outbox` to see why it is not being sent, and `whetstone-mcp outbox drain` to send it';
  if (records + add.records > limits.records) {
    return `The outbox is full (${limits.records.toLocaleString('en')} records wait); ${advice}.`;
  }
  if (bytes + add.bytes > limits.bytes) {
    return `The outbox is full (${limits.bytes / 1024 / 1024} MB wait); ${advice}.`;
  }
  return undefined;
}

/**
 * Counts what lies in the outbox. Sealed segments and parked records tell by their names; of open ones only what was added
 * since the last look is read. Synchronous, because the last look is taken while the process ends.
 */
export function usageCounter(outbox: string): () => Usage {
  let seen = new Map<string, Usage>();
  return () => {
    const files = namesIn(outbox);
    const total = parkedUsage(files.includes('parked') ? namesIn(parkedDirectory(outbox)) : []);
    const now = new Map<string, Usage>();
    for (const { file, sealed } of segmentsOf(files)) {
      const usage = sealed ?? countFrom(join(outbox, file), seen.get(file));
      if (!sealed) now.set(file, usage);
      total.records += usage.records;
      total.bytes += usage.bytes;
    }
    seen = now;
    return total;
  };
}

function countFrom(path: string, { records, bytes }: Usage = { records: 0, bytes: 0 }): Usage {
  const chunk = Buffer.allocUnsafe(64 * 1024);
  try {
    const fd = openSync(path, 'r');
    try {
      for (;;) {
        const size = readSync(fd, chunk, 0, chunk.length, bytes);
        if (size === 0) return { records, bytes };
        for (let i = chunk.indexOf(0x1e); i !== -1 && i < size; i = chunk.indexOf(0x1e, i + 1)) records += 1;
        bytes += size;
      }
    } finally {
      closeSync(fd);
    }
  } catch {
    // Sealed or delivered since it was listed; the next look counts it under its new name or not at all.
    return { records, bytes };
  }
}

function namesIn(directory: string) {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
