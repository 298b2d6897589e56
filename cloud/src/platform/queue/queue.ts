import type { ErrorCode } from '@whetstone/shared/errors';
import type { Tx } from '../db/database.ts';
import type { JobDefinition } from './job.ts';

export interface SendOptions {
  /** Whose work it is; undefined for the system's own, which no tenant sees. */
  projectId?: string | undefined;
  /** The message is sent exactly when this transaction commits. */
  tx?: Tx;
  /** While a job of the same name, project and key is remembered, whatever became of it, no second one is sent. */
  onceKey?: string;
  startAfter?: Date;
}

/** What may be known of a job. Failed ones stay visible until they are run again or forgotten. */
export interface JobRecord {
  id: string;
  name: string;
  state: 'queued' | 'running' | 'retrying' | 'completed' | 'failed';
  /** Runs that began. */
  attempts: number;
  createdAt: Date;
  /** Of the last run. */
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
  /** Why the last run failed. */
  lastError: string | undefined;
}

/** A request by which a service outside hands out a message. */
export interface Delivery {
  /** As it was asked for, without the public address: `/jobs/<name>`. */
  path: string;
  /** Exactly what came over the wire; undefined when nothing did. */
  body: Buffer | undefined;
  headers: Record<string, string | string[] | undefined>;
}

export interface DeliveryAnswer {
  status: number;
  /** What kind of failure it is; absent when all is well. */
  code?: ErrorCode;
  sentence: string;
  headers: Record<string, string>;
}

/**
 * The queue port: work that is done after the answer, by some server, at least once. Messages that are sent stay sent,
 * whatever dies.
 */
export interface Queue {
  readonly engine: string;
  /** Where messages come back as requests: takes one, which is answered when its run has ended. Never rejects. */
  readonly take?: (delivery: Delivery) => Promise<DeliveryAnswer>;
  /** Makes the jobs known: they may be sent from here on. Once, before `work`. */
  define(jobs: readonly JobDefinition[]): Promise<void>;
  /** Begins to run what was sent, and to send what is scheduled. */
  work(observer?: { onFinished: (name: string, outcome: 'completed' | 'failed') => void }): Promise<void>;
  /** Resolves with the job's id; under a known once-key, with that of the job which took it. */
  send<I>(job: JobDefinition<I>, input: NoInfer<I>, options?: SendOptions): Promise<string>;
  /** The project's jobs, newest first, below the id `before`. */
  list(projectId: string, page: { before?: string | undefined; limit: number }): Promise<JobRecord[]>;
  find(projectId: string, id: string): Promise<JobRecord | undefined>;
  /** Has a failed job of the project run again; false when there is none of that id that has failed. */
  retry(projectId: string, id: string): Promise<boolean>;
  /** Removes the records of jobs that have ended before these times; resolves with how many. */
  forget(before: { completed: Date; failed: Date }): Promise<number>;
  /** Rejects when the engine does not answer. */
  ping(): Promise<void>;
  /** Takes nothing new, waits this long for what is under way, and hands back the rest to be run elsewhere. */
  stop(options: { graceMs: number }): Promise<void>;
}
