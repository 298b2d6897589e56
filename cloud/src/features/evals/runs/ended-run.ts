import type { RunSummary } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { RunPurpose } from './start-run.ts';

/** A run at its end, as those see it whom it concerns. */
export interface EndedRun {
  id: string;
  status: 'completed' | 'failed' | 'cancelled';
  /** The version of the data set. */
  datasetId: string;
  dataset: string;
  subjectId: string;
  buildId: string;
  purpose: RunPurpose;
  parentId: string | undefined;
  scheduleId: string | undefined;
  commit: string | undefined;
  flag: { key: string; variant: string } | undefined;
  isWhole: boolean;
  samplesPerProblem: number;
  problemCount: number;
  /** Inline samples left out. */
  request: EvalRunRequest;
  /** Absent where nothing was ever begun. */
  summary: RunSummary | undefined;
  createdAt: Date;
  finishedAt: Date;
}

/** Part of the transaction that ends the run, exactly once for each end; a run that was resumed ends again. */
export type OnRunEnded = (tx: ProjectTx, run: EndedRun) => Promise<void>;

/** What came of one problem in a run, or in several together. Errors and skipped samples are not graded. */
export interface ProblemOutcome {
  /** Place in the data set's list. */
  problem: number;
  passed: number;
  graded: number;
  /** Infrastructure. */
  errors: number;
}
