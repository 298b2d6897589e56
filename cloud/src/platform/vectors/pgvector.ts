import type { Database, Tx } from '../db/database.ts';
import { batchesOf, piecesOf } from './batches.ts';
import { vectorRepository } from './repository.ts';
import type { Collection, Vectors } from './vectors.ts';

type Doors = Pick<Database, 'asProject' | 'asSystem' | 'engine' | 'ping'>;

/** Statements that are over soon: the embedded database answers nobody else meanwhile. */
const vectorsAtOnce = 50;
const idsAtOnce = 5_000;

/** Makes what pgvector needs in the database. Answers why not where the database has no such thing, or does not let us. */
export async function openPgvector(database: Doors): Promise<{ vectors: Vectors } | { reason: string }> {
  if (!(await database.asSystem(vectorRepository.hasExtension)))
    return {
      reason: 'the database has no pgvector: install it there (package postgresql-NN-pgvector), or set PINECONE_*',
    };
  try {
    await database.asSystem(vectorRepository.make);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return {
      reason: `the database does not let us use its pgvector (${error.message}): run "create extension vector" there as its owner, in the schema public`,
    };
  }
  return { vectors: pgvector(database) };
}

/** In the database of everything else. None of its calls may be made inside a transaction: the embedded one has a single connection. */
function pgvector(database: Doors): Vectors {
  /** The public corpus is the system's; what is a project's is confined to it by row-level security as well. */
  const within = <T>({ projectId }: Collection, work: (tx: Tx) => Promise<T>) =>
    projectId === null ? database.asSystem(work) : database.asProject(projectId, work);

  return {
    engine: database.engine === 'pglite' ? 'pgvector in PGlite' : 'pgvector in PostgreSQL',
    async upsert(collection, vectors, { signal }) {
      for (const batch of batchesOf(vectors, vectorsAtOnce)) {
        signal.throwIfAborted();
        await within(collection, (tx) => vectorRepository.upsert(tx, collection, batch));
      }
    },
    async nearest(collection, vector, { limit, signal }) {
      signal.throwIfAborted();
      const found = await orAborted(
        within(collection, (tx) => vectorRepository.nearest(tx, collection, vector, limit)),
        signal,
      );
      return found.map(({ id, similarity }) => ({ id, similarity: Math.max(-1, Math.min(1, similarity)) }));
    },
    async remove(collection, ids, { signal }) {
      for (const some of piecesOf(ids, idsAtOnce)) {
        signal.throwIfAborted();
        await within(collection, (tx) => vectorRepository.remove(tx, collection, some));
      }
    },
    async drop(collection, { signal }) {
      signal.throwIfAborted();
      await within(collection, (tx) => vectorRepository.drop(tx, collection));
    },
    ping: database.ping,
  };
}

/** A statement under way cannot be taken back: whoever waits goes, and it ends by itself. */
function orAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Not allowed, no such type in our schema, no such file: what the database's owner can mend. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && ['42501', '42704', '58P01', '0A000'].includes((error as { code?: string }).code ?? '');
