import type { ProjectTx } from '../../../platform/db/database.ts';
import { readCursor, writeCursor } from '../../../platform/page.ts';
import { historyRepository } from './repository.ts';

interface Asked {
  key: string;
  limit: number;
  cursor: string | undefined;
}

/** Versions, newest first, each with the one before it; none for a key that has no history, or below the oldest. */
export async function versionsPage<T extends 'flag_version' | 'segment_version'>(
  tx: ProjectTx,
  table: T,
  { key, limit, cursor }: Asked,
) {
  const after = readCursor(cursor, (text) => /^[1-9]\d{0,8}$/.test(text));
  const below = after === undefined ? undefined : Number(after);
  const { versions, isLast } = await historyRepository.page(tx, table, { key, below, limit });
  const last = versions.at(-1);
  return { versions, nextCursor: isLast || !last ? null : writeCursor(String(last.version)) };
}
