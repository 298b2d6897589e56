import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readLedger, writeLedger } from './ledger.ts';
import { acksName } from './segment-name.ts';

/** A segment in which nothing waits any more, and what became of its records. */
export interface Retired {
  file: string;
  accepted: number;
  delivered: number;
  unreadable: number;
}

/**
 * Counted first, then deleted: a process that dies in between leaves files that are known to be counted. Synchronous, so
 * that no two lanes change the ledger at once.
 */
export function retire(outbox: string, segments: readonly Retired[]) {
  if (segments.length === 0) return;
  const { ledger } = readLedger(outbox);
  const sum = (of: (segment: Retired) => number) => segments.reduce((total, segment) => total + of(segment), 0);
  writeLedger(outbox, {
    accepted: ledger.accepted + sum(({ accepted }) => accepted),
    delivered: ledger.delivered + sum(({ delivered }) => delivered),
    unreadable: ledger.unreadable + sum(({ unreadable }) => unreadable),
    counted: segments.map(({ file }) => file),
  });
  for (const { file } of segments) deleteSegment(outbox, file);
}

/** What a process that died while it retired has left behind. */
export function deleteCounted(outbox: string) {
  for (const file of readLedger(outbox).ledger.counted) deleteSegment(outbox, file);
}

function deleteSegment(outbox: string, file: string) {
  rmSync(join(outbox, file), { force: true });
  rmSync(join(outbox, acksName(file)), { force: true });
}
