import { createClient } from '@whetstone/shared/client';
import type { Searcher } from './searcher.ts';

export interface ServerOptions {
  url: string;
  apiKey: string | undefined;
  limit: number;
  signal: AbortSignal;
}

/** As much as an answer may have: the ranking is judged, not how much of it fits. */
const tokenBudget = 100_000;
/** The first question about a library may have to load it. */
const timeoutMs = 30_000;

/** Searches by `POST /api/knowledge/search` of a running server. */
export function serverSearcher({ url, apiKey, limit, signal }: ServerOptions): Searcher {
  const client = createClient({ baseUrl: url, apiKey, timeoutMs });
  return {
    cannotAnswer: async () => undefined,
    pagesOf: async () => undefined,
    search: async ({ query, library, version }) => {
      const { results, note, nearest } = await client.searchKnowledge(
        { query, library, version, limit, tokenBudget },
        { signal },
      );
      const instead = nearest.length > 0 ? `there are ${nearest.join(', ')}` : undefined;
      return { pages: results.map(({ path, url: at }) => ({ path, url: at })), note: note ?? instead };
    },
  };
}
