export interface Sized {
  id: string;
  bytes: number;
}

/** What the rows of a page come to at most, unless its first alone is larger. */
const mostBytes = 4 * 2 ** 20;

/**
 * For lists of rows that callers fill with up to a megabyte each: which of `limit + 1` rows a page holds. It may be shorter
 * than was asked for, and goes on behind its last item.
 */
export function fitting(rows: readonly Sized[], limit: number): { ids: string[]; hasMore: boolean } {
  let bytes = 0;
  const ids: string[] = [];
  for (const row of rows.slice(0, limit)) {
    bytes += row.bytes;
    if (ids.length > 0 && bytes > mostBytes) break;
    ids.push(row.id);
  }
  return { ids, hasMore: ids.length < rows.length };
}
