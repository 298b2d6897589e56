export interface Sized {
  id: string;
  bytes: number;
}

/** Where a list goes on, and how many rows its page holds at most. */
export interface PageWanted {
  before: string | undefined;
  limit: number;
}

export interface FittingPage<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** What the rows of a page come to at most, unless its first alone is larger. */
const mostBytes = 4 * 2 ** 20;

/**
 * A page of rows that callers fill with up to a megabyte each. First what they come to, of one row more than was asked for; then
 * those that fit. It may be shorter than was asked for, and goes on behind its last item.
 */
export async function pageFitting<Row>(
  limit: number,
  sizes: (limit: number) => Promise<Sized[]>,
  rowsOf: (ids: string[]) => Promise<Row[]>,
): Promise<FittingPage<Row>> {
  const { ids, hasMore } = fitting(await sizes(limit + 1), limit);
  return { rows: ids.length > 0 ? await rowsOf(ids) : [], hasMore };
}

/** Which of `limit + 1` rows a page holds. */
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
