import { z } from 'zod';

/** The query of every list. `cursor` is what the page before answered as `nextCursor`. */
export const pageInput = {
  limit: z.int().min(1).max(500).default(50).describe('Items per page, 1 to 500'),
  cursor: z.string().min(1).max(512).optional().describe('nextCursor of the page before'),
};

/** The answer of every list; `nextCursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
