import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, replaceFileNow } from '../state-files.ts';

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
    if (codeOf(error) === 'ENOENT') return { ledger: nothing };
  }
  return { ledger: nothing, problem: `${path} is damaged; the counts of what was delivered begin anew` };
}

export const writeLedger = (outbox: string, ledger: Ledger) =>
  replaceFileNow(join(outbox, 'ledger.json'), JSON.stringify(ledger));
