/**
 * The vectors port: which of many vectors are the nearest to one. Vectors lie in collections, and no question sees more than one of
 * them; what may be asked of whom is decided before, by whoever names the collection.
 */
export interface Vectors {
  readonly engine: string;
  /** Adds, or replaces those of the same id. Not whole when it rejects: the same call again makes it so. */
  upsert(collection: Collection, vectors: readonly StoredVector[], options: { signal: AbortSignal }): Promise<void>;
  /** The nearest, best first, by cosine similarity in [-1, 1]. Empty for a collection that is not there. */
  nearest(
    collection: Collection,
    vector: Float32Array,
    options: { limit: number; signal: AbortSignal },
  ): Promise<{ id: string; similarity: number }[]>;
  /** Takes these ids away; those that are not there are none of its business. */
  remove(collection: Collection, ids: readonly string[], options: { signal: AbortSignal }): Promise<void>;
  /** Takes away all of it. */
  drop(collection: Collection, options: { signal: AbortSignal }): Promise<void>;
  /** Rejects when the engine does not answer. */
  ping(): Promise<void>;
}

/** Vectors of one space that are asked together: those of one version of a library. */
export interface Collection {
  /** Whose they are; null: the public corpus. */
  projectId: string | null;
  /** Of the version, a UUID. */
  id: string;
  /** Of the embeddings (`Embeddings.space`). */
  space: string;
}

export interface StoredVector {
  /** Printable ASCII, at most 64 characters. */
  id: string;
  /** Of length 1. */
  vector: Float32Array;
}
