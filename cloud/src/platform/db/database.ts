import type { Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** One transaction. What must not be seen before it is durable waits in `afterCommit`. */
export interface Tx {
  sql: Transaction<Schema>;
  now: Date;
  afterCommit(effect: () => void): void;
}

/** A transaction that row-level security confines to one project. */
export interface ProjectTx extends Tx {
  projectId: string;
}

export interface Rows {
  rows: Record<string, unknown>[];
}

/**
 * The db port. The two doors are the only ways to a connection: whoever works for a tenant comes through `asProject`,
 * under a role that row-level security binds; `asSystem` sees everything and is for what has no tenant yet.
 */
export interface Database {
  readonly engine: 'pglite' | 'postgres';
  /** Whether other processes may write to the same database. */
  readonly shared: boolean;
  asProject<T>(projectId: string, work: (tx: ProjectTx) => Promise<T>): Promise<T>;
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** For an engine that brings SQL of its own, transactions included: runs the text as the system, as it stands. */
  execute(text: string, parameters?: readonly unknown[]): Promise<Rows>;
  /** Rejects when the engine does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
