import { createHash } from 'node:crypto';
import type { Embeddings } from '../../src/platform/embeddings/embeddings.ts';
import type { Collection, StoredVector, Vectors } from '../../src/platform/vectors/vectors.ts';

/**
 * Stands in for a model: a text means its words, each a direction of its own, and words that a test calls alike mean the same.
 * It says nothing of how good a real model is, only what is asked of it and what becomes of its answers.
 */
export function bagOfWords({
  alike = {},
  model = 'bag-of-words',
}: { alike?: Record<string, string>; model?: string } = {}) {
  const dimensions = 256;
  const script = {
    engine: 'bag of words',
    space: `${model}/${dimensions}`,
    dimensions,
    /** Every text that was paid for, in its order. */
    embedded: [] as string[],
    calls: 0,
    /** Thrown instead of an answer. */
    failure: undefined as Error | undefined,
    /** Waited for before the answer. */
    gate: undefined as Promise<void> | undefined,
    /** What it answers instead of a vector. */
    nonsense: undefined as Float32Array | undefined,
    ping: async () => undefined,
  };
  const vectorOf = (text: string) => {
    const vector = new Float32Array(dimensions);
    for (const word of text.toLowerCase().match(/[a-z0-9]+/g) ?? []) {
      const meant = alike[word] ?? word;
      vector[createHash('sha256').update(`${model} ${meant}`).digest()[0]!]! += 1;
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  };
  const embed: Embeddings['embed'] = async (texts) => {
    script.calls++;
    await script.gate;
    if (script.failure) throw script.failure;
    script.embedded.push(...texts);
    return texts.map((text) => script.nonsense ?? vectorOf(text));
  };
  return Object.assign(script, { embed });
}

export type BagOfWords = ReturnType<typeof bagOfWords>;

type Answer = Awaited<ReturnType<Vectors['nearest']>>;

/** Vectors in the memory of a test, compared one by one. */
export function exactScan() {
  const collections = new Map<string, Map<string, Float32Array>>();
  const nameOf = ({ projectId, id, space }: Collection) => JSON.stringify([projectId, id, space]);
  const script = {
    engine: 'exact scan',
    upserted: [] as string[],
    removed: [] as string[],
    asked: [] as Collection[],
    failure: undefined as Error | undefined,
    /** Fails storing after so many were stored. */
    failsAfter: undefined as number | undefined,
    gate: undefined as Promise<void> | undefined,
    /** Put in the place of every answer. */
    poison: undefined as ((answer: Answer) => Answer) | undefined,
    ping: async () => undefined,
    /** Names of what lies in a collection; undefined where it is not there. */
    stored: (collection: Collection) => {
      const found = collections.get(nameOf(collection));
      return found && [...found.keys()].toSorted();
    },
    collections: () => [...collections.keys()],
  };
  const work = async () => {
    await script.gate;
    if (script.failure) throw script.failure;
  };
  const methods: Pick<Vectors, 'upsert' | 'nearest' | 'remove' | 'drop'> = {
    async upsert(collection, vectors) {
      await work();
      if (script.failsAfter !== undefined && script.upserted.length >= script.failsAfter)
        throw new Error('the service went away');
      const name = nameOf(collection);
      const into = collections.get(name) ?? new Map<string, Float32Array>();
      collections.set(name, into);
      for (const { id, vector } of vectors satisfies readonly StoredVector[]) into.set(id, vector);
      script.upserted.push(...vectors.map(({ id }) => id));
    },
    async nearest(collection, vector, { limit }) {
      script.asked.push(collection);
      await work();
      const all = [...(collections.get(nameOf(collection)) ?? [])].map(([id, other]) => ({
        id,
        similarity: other.reduce((sum, value, at) => sum + value * vector[at]!, 0),
      }));
      const answer = all.toSorted((a, b) => b.similarity - a.similarity).slice(0, limit);
      return script.poison?.(answer) ?? answer;
    },
    async remove(collection, ids) {
      await work();
      for (const id of ids) collections.get(nameOf(collection))?.delete(id);
      script.removed.push(...ids);
    },
    async drop(collection) {
      await work();
      collections.delete(nameOf(collection));
    },
  };
  return Object.assign(script, methods);
}

export type ExactScan = ReturnType<typeof exactScan>;
