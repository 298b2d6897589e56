import type { ProjectTx } from '../db/database.ts';

export type Topic = RevisedTopic | 'evals';

/** Those of which caches hold a state, known by the place of their last event. */
export type RevisedTopic = 'keys' | 'flags' | 'portfolio';

export interface LoggedEvent {
  /** Its place in the project's log: follows the order of commits, without holes. */
  sequence: number;
  topic: Topic;
  data: unknown;
}

/** What follows a place in the log. Lost: retention has deleted what comes next, or the log does not reach that far. */
export type Reading<E = LoggedEvent> =
  | { kind: 'events'; events: E[]; head: number }
  /** `floor` is the lowest place from which one can go on. */
  | { kind: 'lost'; floor: number; head: number };

/** What a subscriber is handed. `isCaughtUp`: these are all there were; the first time also when there are none. */
export type Delivery<E = LoggedEvent> =
  | { kind: 'events'; events: E[]; isCaughtUp: boolean }
  | Extract<Reading, { kind: 'lost' }>;

export interface Subscription {
  /** Whether everything that is known to have happened was handed over, and the database has lately said so. */
  isCurrent(): boolean;
  /** Hands nothing over until resumed; what happens meanwhile waits in the log. */
  pause(): void;
  resume(): void;
  end(): void;
}

export interface PurgeOptions {
  olderThanDays?: number;
  /** Ends it after the transaction under way. */
  signal?: AbortSignal;
}

/**
 * The events port: a durable log per project, and who wants to know of it. Inside a process a change is announced before
 * the answer to whoever made it; in other processes well within a second.
 */
export interface Events {
  readonly engine: string;
  /** Part of the transaction that makes the change, after the change; gives the event's sequence. */
  append(tx: ProjectTx, topic: Topic, data: unknown): Promise<number>;
  read(projectId: string, after: number, limit: number): Promise<Reading>;
  /**
   * Hands over everything after a place in the log, in order and without gaps, until ended. Ends by itself when the place
   * is lost, and when `deliver` throws.
   */
  subscribe(projectId: string, after: number, deliver: (delivery: Delivery) => void): Subscription;
  /** For caches: something of this topic changed in the project, or may have. Only projects that are tracked. */
  onChange(listener: (projectId: string, topic: Topic) => void): void;
  /** Begins to watch a project; comes before reading what is to be held. */
  track(projectId: string): void;
  /** Whether what was read then still stands: the database has said so lately, or no other process can write. */
  isCurrent(readAtMs: number): boolean;
  /** Deletes what is older, oldest first, never from the middle; resolves with how many events went. */
  purge(options?: PurgeOptions): Promise<number>;
  ping(): Promise<void>;
  stop(): Promise<void>;
}
