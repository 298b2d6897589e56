import type { Index } from '@pinecone-database/pinecone';
import { createHash } from 'node:crypto';
import { openService } from '../service.ts';
import { ServiceFault } from '../service-fault.ts';
import { batchesOf, piecesOf } from './batches.ts';
import type { Collection, Vectors } from './vectors.ts';

export interface PineconeIndex {
  apiKey: string;
  index: string;
  /** Of the control plane; Pinecone's when absent. */
  controllerUrl?: string;
}

interface Options extends PineconeIndex {
  /** Of the embeddings: the index must have as many. */
  dimensions: number;
  clock: () => number;
  baseMs?: number | undefined;
}

/** Pinecone's: 2 MB and 1,000 vectors a request; it recommends a few hundred. */
const most = { bytes: 1_900_000, vectors: 100, ids: 1_000 };
/** Of a number as it is sent, with its comma, and of an id with what is around it. */
const numberBytes = 13;
const frameBytes = 200;
/** Service plans count requests, so readiness takes a recent answer for one. */
const provenForMs = 5 * 60_000;

/**
 * Pinecone by its client: a collection is a namespace, which holds its project's id. What was written is found a moment later, as
 * what was taken away is (Pinecone is eventually consistent): whoever asks must bear with ids that are missing or gone, and a new
 * version is lexical for that moment.
 *
 * The client tries 5xx again but neither 429 nor within a signal; so that its own attempts are none, and `openService` tries.
 */
export function pinecone({ apiKey, index, controllerUrl, dimensions, clock, baseMs }: Options): Vectors {
  const service = openService({ name: 'Pinecone', keyVariable: 'PINECONE_API_KEY', secrets: [apiKey], baseMs });
  const configuration = (signal: AbortSignal) => ({
    apiKey,
    ...(controllerUrl && { controllerHostUrl: controllerUrl }),
    maxRetries: 0,
    fetchApi: ((input, init) => service.fetch(input, { ...init, signal })) as typeof fetch,
  });
  const perRequest = Math.max(
    1,
    Math.min(most.vectors, Math.floor(most.bytes / (dimensions * numberBytes + frameBytes))),
  );
  let host: string | undefined;
  let provenAtMs = -Infinity;

  /** Where the index is; whether vectors fit is known before the first one is sent. */
  async function hostOfIndex(signal: AbortSignal): Promise<string> {
    if (host !== undefined) return host;
    const { Pinecone } = await client();
    const found = await new Pinecone(configuration(signal)).describeIndex(index).catch((error: unknown) => {
      const fault = service.faultOf(error, signal);
      throw fault.httpStatus === 404 ? service.fault(`has no index "${index}": look at PINECONE_INDEX`) : fault;
    });
    if (found.dimension !== dimensions)
      throw service.fault(
        `has an index "${index}" of ${found.dimension ?? 'no'} dimensions, and the embeddings have ${dimensions}: set EMBEDDINGS_DIMENSIONS, or name another index in PINECONE_INDEX`,
      );
    if (found.metric !== 'cosine' && found.metric !== 'dotproduct')
      throw service.fault(
        `has an index "${index}" that compares by ${found.metric}, not by cosine: see PINECONE_INDEX`,
      );
    return (host = found.privateHost ?? found.host);
  }

  async function ask<T>(signal: AbortSignal, work: (index: Index) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      const { Index: IndexClient } = await client();
      const answer = await work(new IndexClient({ host: await hostOfIndex(signal) }, configuration(signal)));
      provenAtMs = clock();
      return answer;
    } catch (error) {
      provenAtMs = -Infinity;
      // One that was made anew is elsewhere.
      host = undefined;
      throw service.faultOf(error, signal);
    }
  }

  /** Nothing to take away is as good as taken away. */
  const unlessGone = (error: unknown) => {
    if (!(error instanceof ServiceFault && error.httpStatus === 404)) throw error;
  };

  return {
    engine: `Pinecone (${index})`,
    async upsert(collection, vectors, { signal }) {
      for (const batch of batchesOf(vectors, perRequest)) {
        const records = batch.map(({ id, vector }) => ({ id, values: Array.from(vector, short) }));
        await ask(signal, (to) => to.upsert({ records, namespace: namespaceOf(collection) }));
      }
    },
    async nearest(collection, vector, { limit, signal }) {
      const asked = { vector: Array.from(vector, short), topK: limit, includeValues: false, includeMetadata: false };
      const { matches } = await ask(signal, (from) => from.query({ ...asked, namespace: namespaceOf(collection) }));
      return matches.map(({ id, score = Number.NaN }) => {
        if (typeof id !== 'string' || !Number.isFinite(score))
          throw service.fault('answers matches without id or score');
        return { id, similarity: Math.max(-1, Math.min(1, score)) };
      });
    },
    async remove(collection, ids, { signal }) {
      for (const some of piecesOf(ids, most.ids))
        await ask(signal, (from) => from.deleteMany({ ids: some, namespace: namespaceOf(collection) })).catch(
          unlessGone,
        );
    },
    async drop(collection, { signal }) {
      await ask(signal, (from) => from.deleteNamespace(namespaceOf(collection))).catch(unlessGone);
    },
    async ping() {
      if (clock() - provenAtMs < provenForMs) return;
      await ask(AbortSignal.timeout(2_000), (from) => from.describeIndexStats());
    },
  };
}

/** When it is first wanted: few have it. */
const client = () => import('@pinecone-database/pinecone');

/** Of all three, since what is in a namespace is all that a question sees. Models' names have characters that paths do not. */
const namespaceOf = ({ projectId, id, space }: Collection) =>
  `${projectId ?? 'public'}.${id}.${createHash('sha256').update(space).digest('hex').slice(0, 16)}`;

/** What a float of four bytes tells; written out whole it would be twice as long. */
const short = (value: number) => Number(value.toPrecision(8));
