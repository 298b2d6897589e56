import type { Segment } from '@whetstone/shared/knowledge';
import type { Tx } from '../../../platform/db/database.ts';
import type { StoredVector } from '../../../platform/vectors/vectors.ts';
import type { Door, Owner } from '../ingest/scope.ts';
import type { Meaning } from './meaning.ts';
import { embeddedText, passagesOf } from './passages.ts';
import { vectorsRepository, type VectorsHold } from './repository.ts';

/** Somebody else goes on with it, or the version has another content or is gone: whoever hears this stops. */
export class VectorsHoldLost extends Error {
  override name = 'VectorsHoldLost';
}

export interface Embedding {
  meaning: Meaning;
  door: Door;
  owner: Owner;
  hold: VectorsHold;
  segment: Segment;
  signal: AbortSignal;
  /** True once it is time to leave the rest to another run. */
  isTimeUp: () => boolean;
}

/** Few enough that little is paid for twice, many enough that 30,000 passages take minutes. */
const passagesAtOnce = 100;
const removedAtOnce = 1_000;
/** Of one call to a service, which may try again within it; less than the silence after which somebody else takes over. */
export const callMs = 60_000;

/**
 * Makes the vectors of a version those of its content: what is new is embedded, unless it was paid for once, what is there stays, what
 * is no longer in it goes. Each batch is written down before and after it is stored, so that a run that dies is gone on with.
 */
export async function embedVersion(embedding: Embedding): Promise<'whole' | 'cut'> {
  const { meaning, door, owner, hold, segment, signal, isTimeUp } = embedding;
  const { vectors } = meaning;
  const { versionId, space } = hold;
  const collection = { projectId: owner, id: versionId, space };
  const passages = await passagesOf(segment);
  const there = await door((tx) => vectorsRepository.there(tx, hold));
  const known = new Set(there.flatMap(({ hash, leaving }) => (leaving ? [] : [hash])));
  const missing = [...passages.keys()].filter((name) => !known.has(name));
  for (let from = 0; from < missing.length; from += passagesAtOnce) {
    if (from > 0 && isTimeUp()) return 'cut';
    const names = missing.slice(from, from + passagesAtOnce);
    const batch = await vectorsFor(embedding, names, passages);
    await calling(signal, (options) => vectors.upsert(collection, batch, options));
    await write(door, hold, (tx) => vectorsRepository.noteThere(tx, owner, hold, names));
  }
  const gone = there.flatMap(({ hash }) => (passages.has(hash) ? [] : [hash]));
  for (let from = 0; from < gone.length; from += removedAtOnce) {
    const names = gone.slice(from, from + removedAtOnce);
    await write(door, hold, (tx) => vectorsRepository.noteLeaving(tx, hold, names));
    await calling(signal, (options) => vectors.remove(collection, names, options));
    await write(door, hold, (tx) => vectorsRepository.noteGone(tx, hold, names));
  }
  await write(door, hold, (tx) => vectorsRepository.finish(tx, hold, passages.size));
  return 'whole';
}

async function vectorsFor(
  { meaning: { embeddings }, door, owner, hold, segment, signal }: Embedding,
  names: readonly string[],
  passages: ReadonlyMap<string, number>,
): Promise<StoredVector[]> {
  const kept = await write(door, hold, (tx) => vectorsRepository.kept(tx, owner, hold.space, names));
  const unpaid = names.filter((name) => !kept.has(name));
  if (unpaid.length > 0) {
    const texts = unpaid.map((name) => embeddedText(segment, segment.chunks[passages.get(name)!]!));
    const made = await calling(signal, (options) => embeddings.embed(texts, options));
    const paid = unpaid.map((id, at) => ({ id, vector: made[at]! }));
    await write(door, hold, (tx) => vectorsRepository.keep(tx, owner, hold.space, paid));
    for (const { id, vector } of paid) kept.set(id, vector);
  }
  return names.map((id) => ({ id, vector: kept.get(id)! }));
}

/** Written only while the work is in these hands. */
export const write = <T>(door: Door, hold: VectorsHold, work: (tx: Tx) => Promise<T>): Promise<T> =>
  door(async (tx) => {
    // First, since it also locks the row: whoever else would take the work up waits until this is written.
    if (!(await vectorsRepository.beat(tx, hold))) throw new VectorsHoldLost();
    return work(tx);
  });

/** A call to a service, which is told to stop when it takes too long. */
export async function calling<T>(
  signal: AbortSignal,
  call: (options: { signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const stop = () => own.abort(signal.reason);
  const timer = setTimeout(() => own.abort(new Error(`no answer within ${callMs} ms`)), callMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await call({ signal: own.signal });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
