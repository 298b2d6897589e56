import type { EvalRunRequest, Role, runPurposes } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { RunScope } from './run-scope.ts';

export type RunPurpose = (typeof runPurposes)[number];

/** How a run comes about. */
export interface RunCause {
  purpose: RunPurpose;
  /** As people read it: the name of a key, of a schedule, or what the system does by itself. */
  startedBy: string;
  /** Of the key that asked for just this; absent where the product did, or what an editor wrote. */
  startedRole?: Role;
  /** The regression or bisect it belongs to. */
  parentId?: string;
  scheduleId?: string;
}

/** A run that was looked at whole: nothing of it can be refused any more, and nothing was written yet. */
export interface PreparedRun {
  problemCount: number;
  sampleCount: number;
  estimatedCostUsd: number | undefined;
  /** What it can come to at most; undefined when no price is known. */
  worstCaseUsd: number | undefined;
  /** Writes the run with its shards and sends what works on it, when the transaction commits; gives the run's id. */
  insert(tx: ProjectTx, cause: RunCause): Promise<string>;
}

/**
 * Reads the data set and looks at the subject, outside any transaction of its own since that may take long. Throws
 * `not_found` for an unknown data set or problem, `invalid` for a subject that cannot be graded on it, `conflict` for an
 * engine that is not configured, `forbidden` for a path outside the configured folders.
 */
export type PrepareRun = (scope: RunScope, request: EvalRunRequest) => Promise<PreparedRun>;
