/**
 * The cache port: what may be forgotten at any time, shared where several machines work together. Keys begin with
 * `p/<projectId>/`. Never on the way of an evaluation.
 *
 * No call rejects and none waits for long: a cache that is away, slow or answers nonsense has nothing, takes nothing, and
 * counts for this machine alone.
 */
export interface Cache {
  readonly engine: string;
  /** What was set, here or on another machine: that one's for up to `localMs` after it changed or ended. */
  get(key: string): Promise<string | undefined>;
  /** A value of more than `maxValueBytes` is not kept, and neither is the one before it. */
  set(key: string, value: string, options: { ttlMs: number }): Promise<void>;
  /**
   * The count of all machines after this addition; it begins anew `ttlMs` after its first one. What other machines have
   * added within the last `syncMs` may be missing: a limit that several machines keep together can be passed by as much as
   * the others let through in that time, and while the cache is away each machine keeps the whole limit by itself. Counts
   * and values have keys of their own.
   */
  increment(key: string, options: { by: number; ttlMs: number }): Promise<number>;
  /** The value and the count. */
  delete(key: string): Promise<void>;
  /** Rejects when the engine does not answer. */
  ping(): Promise<void>;
  /** What was asked of a service that counts it, since the start. */
  sent(): CacheTraffic;
  /** Sends what was counted and not sent yet. */
  stop(): Promise<void>;
}

export interface CacheTraffic {
  commands: number;
  failures: number;
}

/** For how long a machine answers from its own memory what it has read. */
export const localMs = 2_000;
/** How often, at most, a machine tells the others what it has counted under a key. */
export const syncMs = 2_000;
/** Upstash takes requests of up to 1 MB. */
export const maxValueBytes = 900_000;

/** A time to live as engines take it: zero would be for ever to one and an error to the other. */
export const wholeMs = (ttlMs: number) => Math.max(1, Math.ceil(ttlMs));
