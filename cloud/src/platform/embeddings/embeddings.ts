/**
 * The embeddings port: what a text means, as a vector. Without a configured service there is none, and search is lexical.
 */
export interface Embeddings {
  readonly engine: string;
  /** Model and dimensions, such as `text-embedding-3-small/1536`: vectors of different spaces do not compare. */
  readonly space: string;
  readonly dimensions: number;
  /**
   * A vector of length 1 for each text, in their order; a text of more than the model reads is cut. All or none: rejects when the
   * service is away, refuses, answers nonsense or does not answer before `signal` aborts.
   */
  embed(texts: readonly string[], options: { signal: AbortSignal }): Promise<Float32Array[]>;
  /** Rejects when the service did not answer lately. Asks it nothing: each question costs money. */
  ping(): Promise<void>;
}
