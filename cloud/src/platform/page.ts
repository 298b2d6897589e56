import type { Page } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';

/** A cursor is opaque to callers: today the sort key of the last item, in base64url. */
export const writeCursor = (key: string) => Buffer.from(key).toString('base64url');

/** The sort key inside a cursor; one that we did not write is the caller's mistake. */
export function readCursor(cursor: string | undefined, isKey: (text: string) => boolean): string | undefined {
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!isKey(key)) throw invalidField('cursor', 'is not a nextCursor of this list');
  return key;
}

/** The page of `limit` out of `limit + 1` rows: the one too many only tells that there is more. */
export function pageAfter<T>(rows: T[], limit: number, keyOf: (item: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return pageUpTo(items, rows.length > limit && last ? keyOf(last) : undefined);
}

/** The page of rows that were found to fit into it. */
export const pageOfFitting = <T extends { id: string }>(items: T[], hasMore: boolean): Page<T> =>
  pageUpTo(items, hasMore ? items.at(-1)?.id : undefined);

/** A page after which it goes on behind this sort key, or not at all. */
export const pageUpTo = <T>(items: T[], key: string | undefined): Page<T> => ({
  items,
  nextCursor: key === undefined ? null : writeCursor(key),
});
