import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { VisibleVersion } from '../search/visible-versions.ts';
import type { Meaning } from './meaning.ts';

interface Dependencies {
  meaning: Meaning;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
}

/** What lies nearest to a question in each version, and of the versions that are searched by words alone, why. */
export interface Nearest {
  /** By version, names of passages, the nearest first. */
  found: Map<string, readonly string[]>;
  missed: Map<string, Missed>;
}

export type Missed = 'not made' | 'embeddings late' | 'embeddings away' | 'vectors late' | 'vectors away' | 'nonsense';

/** A vote among 200 passages by words; what is further down than this moves nothing. */
const mostNearest = 100;
/**
 * For the question's vector and the neighbours of it together. An answer by words takes a few milliseconds: who waits longer than a
 * quarter of a second for a better order had rather had the answer. A service over the Internet takes 50 to 200 ms.
 */
const mostMs = 250;
/** A vector that comes too late for this question serves the next one that is the same. */
const mostEmbeddingMs = 5_000;
/** Of questions; those of 1,536 numbers take 6 KiB each. */
const mostKept = 1_000;
/** After so many failures in a row nobody waits for the next, for a while. */
const mostFailures = 3;
const restMs = 5_000;

/** Asks what is like a question in meaning. Whatever fails, nobody waits long, and words alone answer. */
export function nearestPassages({ meaning: { embeddings, vectors }, clock, log }: Dependencies) {
  const held = new LRUCache<string, Float32Array>({ max: mostKept });
  const asking = new Map<string, Promise<Float32Array>>();
  let failures = 0;
  let last: { missed: Missed; atMs: number } | undefined;

  async function vectorOf(query: string): Promise<Float32Array> {
    const key = `${embeddings.space} ${query}`;
    const known = held.get(key) ?? asking.get(key);
    if (known) return known;
    const one = embeddings
      .embed([query], { signal: AbortSignal.timeout(mostEmbeddingMs) })
      .then(([vector]) => {
        if (vector?.length !== embeddings.dimensions || !vector.every(Number.isFinite)) throw new Nonsense();
        held.set(key, vector);
        return vector;
      })
      .finally(() => asking.delete(key));
    asking.set(key, one);
    return one;
  }

  async function namesNear(
    projectId: string,
    { id, isOwn }: VisibleVersion,
    vector: Float32Array,
    signal: AbortSignal,
  ) {
    const collection = { projectId: isOwn ? projectId : null, id, space: embeddings.space };
    const near = await orLate(signal, vectors.nearest(collection, vector, { limit: mostNearest, signal }));
    // Whole vectors of a version have neighbours of every question: where none come, they are lost.
    if (near.length === 0 || !near.every(({ similarity }) => Number.isFinite(similarity))) throw new Nonsense();
    // What lies at a right angle has nothing to do with it.
    return near.flatMap((one) => (one.similarity > 0 ? [one.id] : []));
  }

  function note(missed: Missed, error: unknown) {
    failures++;
    // The first of a row alone, and no message of an error: it may say what was asked.
    if (failures === 1)
      log.warn({ missed, error: error instanceof Error ? error.name : undefined }, 'searching by words alone');
    last = { missed, atMs: clock() };
  }

  return async function nearest(projectId: string, query: string, copies: readonly VisibleVersion[]): Promise<Nearest> {
    const answer: Nearest = { found: new Map(), missed: new Map() };
    const missAll = (some: readonly VisibleVersion[], why: Missed) => {
      for (const { id } of some) answer.missed.set(id, why);
      return answer;
    };
    const whole = copies.filter(({ hasVectors }) => hasVectors);
    missAll(
      copies.filter(({ hasVectors }) => !hasVectors),
      'not made',
    );
    if (whole.length === 0) return answer;
    if (last && failures >= mostFailures && clock() - last.atMs < restMs) return missAll(whole, last.missed);

    const signal = AbortSignal.timeout(mostMs);
    let vector: Float32Array;
    try {
      vector = await orLate(signal, vectorOf(query));
    } catch (error) {
      const missed = missedBy(error, 'embeddings');
      note(missed, error);
      return missAll(whole, missed);
    }
    const near = await Promise.allSettled(whole.map((version) => namesNear(projectId, version, vector, signal)));
    for (const [at, { id }] of whole.entries()) {
      const one = near[at]!;
      if (one.status === 'fulfilled') answer.found.set(id, one.value);
      else answer.missed.set(id, missedBy(one.reason, 'vectors'));
    }
    const failed = near.find((one) => one.status === 'rejected');
    if (failed) note(missedBy(failed.reason, 'vectors'), failed.reason);
    else failures = 0;
    return answer;
  };
}

export type NearestPassages = ReturnType<typeof nearestPassages>;

class Nonsense extends Error {
  override name = 'Nonsense';
}
class Late extends Error {
  override name = 'Late';
}

function missedBy(error: unknown, who: 'embeddings' | 'vectors'): Missed {
  if (error instanceof Nonsense) return 'nonsense';
  return error instanceof Late ? `${who} late` : `${who} away`;
}

/** Not every engine hears at once that nobody waits any more. */
function orLate<T>(signal: AbortSignal, task: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Late());
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true });
    task.then(resolve, (error: unknown) => reject(signal.aborted ? new Late() : error));
  });
}
