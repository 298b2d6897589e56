import type { SearchRequest } from '@whetstone/shared/contract';
import type { Asked } from '../paths.ts';

/** Two screens of passages. */
const limit = 10;
const tokenBudget = 8_000;

/** As the server is asked; what is left open is left to it. */
export const requestOf = ({ query, library, version }: Asked): SearchRequest => ({
  query: query.trim(),
  ...(library.trim() !== '' && { library: library.trim() }),
  ...(version.trim() !== '' && { version: version.trim() }),
  limit,
  tokenBudget,
});
