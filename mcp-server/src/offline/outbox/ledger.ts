import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What segments that are gone held, so that everything accepted can be accounted for. */
export interface Ledger {
  accepted: number;
  delivered: number;
  unreadable: number;
  /** Segments that are counted here, but whose files were not yet deleted when this was written. */
  counted: string[];
}

const nothing: Ledger = { accepted: 0, delivered: 0, unreadable: 0, counted: [] };

/** A ledger that cannot be read starts anew and is named; the records themselves do not depend on it. */
export function readLedger(outbox: string): { ledger: Ledger; problem?: string } {
  const path = join(outbox, 'ledger.json');
  try {
    const { accepted, delivered, unreadable, counted } = JSON.parse(readFileSync(path, 'utf8')) as Ledger;
    const isWhole = [accepted, delivered, unreadable].every(Number.isSafeInteger) && Array.isArray(counted);
    if (isWhole) return { ledger: { accepted, delivered, unreadable, counted } };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ledger: nothing };
  }
  return { ledger: nothing, problem: `${path} is damaged; the counts of what was delivered begin anew` };
}

/** Readers see the old one or the new one. */
export function writeLedger(outbox: string, ledger: Ledger) {
  const path = join(outbox, 'ledger.json');
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(fd, JSON.stringify(ledger));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
