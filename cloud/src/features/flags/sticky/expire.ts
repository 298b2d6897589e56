import { dayMs } from '../../../platform/day.ts';
import type { Database } from '../../../platform/db/database.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { stickyRepository } from './repository.ts';

/** As long as clients keep theirs. */
const keptDays = 30;
const atOnce = 1_000;

/** Deletes first answers that are older than any task; resolves with how many. */
export function expireAssignments(
  database: Pick<Database, 'asSystem'>,
  nowMs: number,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(nowMs - keptDays * dayMs);
  return untilNoneIsLeft(signal, () => database.asSystem((tx) => stickyRepository.removeOlder(tx, before, atOnce)));
}
