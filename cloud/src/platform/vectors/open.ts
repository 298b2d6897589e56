import type { Logger } from 'pino';
import { breaker } from '../breaker.ts';
import type { Database } from '../db/database.ts';
import type { Embeddings } from '../embeddings/embeddings.ts';
import { ServiceFault } from '../service-fault.ts';
import { openPgvector } from './pgvector.ts';
import { pinecone, type PineconeIndex } from './pinecone.ts';
import type { Vectors } from './vectors.ts';

interface Options {
  /** Undefined: there is nothing to keep. */
  embeddings: Pick<Embeddings, 'dimensions'> | undefined;
  /** Present selects Pinecone; absent the database. */
  index: PineconeIndex | undefined;
  database: Database;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
}

export type OpenedVectors = { vectors: Vectors; reason?: undefined } | { vectors?: undefined; reason: string };

/** The engine that the configuration chose, or why there is none. Pinecone is asked nothing yet: one that is away stops no start. */
export async function openVectors({ embeddings, index, database, clock, log }: Options): Promise<OpenedVectors> {
  if (!embeddings) return { reason: 'there are no embeddings: set EMBEDDINGS_API_KEY or EMBEDDINGS_BASE_URL' };
  const opened = index
    ? { vectors: pinecone({ ...index, dimensions: embeddings.dimensions, clock }) }
    : await openPgvector(database);
  if ('reason' in opened) return opened;
  const { attempt } = breaker({
    clock,
    complain: (error) =>
      log.warn({ reason: String(error) }, 'vectors are not found or kept; search is lexical meanwhile'),
    isFailure: (error) => !(error instanceof ServiceFault && error.isRefusal),
  });
  const { vectors } = opened;
  return {
    vectors: {
      ...vectors,
      upsert: (...given) => attempt(() => vectors.upsert(...given)),
      nearest: (...given) => attempt(() => vectors.nearest(...given)),
      remove: (...given) => attempt(() => vectors.remove(...given)),
      drop: (...given) => attempt(() => vectors.drop(...given)),
    },
  };
}
