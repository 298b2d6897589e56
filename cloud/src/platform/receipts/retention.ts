import { dayMs } from '../day.ts';
import type { Database } from '../db/database.ts';
import { untilNoneIsLeft } from '../until-none-is-left.ts';
import { receiptRepository } from './repository.ts';

/** An outbox gives its records up after 60 days: a receipt must be there as long as a record may still be sent again. */
const keptDays = 90;
const batchSize = 1_000;

/** Removes receipts that no client can ask for any more, a batch per transaction so that requests get their turn. */
export function purgeReceipts(
  database: Pick<Database, 'asSystem'>,
  nowMs: number,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(nowMs - keptDays * dayMs);
  return untilNoneIsLeft(signal, () => database.asSystem((tx) => receiptRepository.removeOlder(tx, before, batchSize)));
}
