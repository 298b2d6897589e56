import type { Bisect, BisectRequest, EvalSubject } from '@whetstone/shared/contract';

/** What is stored of what was asked for: whom to run is known by then. */
export type KnownRequest = Omit<BisectRequest, 'subject'> & { subject: EvalSubject };

/** One of the versions that are compared; the first is the good end. */
export interface Candidate {
  name: string;
  title: string | null;
  /** Text put before each prompt, where that is what differs. */
  guidance?: string;
}

export interface BisectRow {
  id: string;
  status: Bisect['status'];
  request: KnownRequest;
  candidates: Candidate[];
  problems: string[] | null;
  maxRuns: number;
  resumedAfter: number;
  answer: Bisect['answer'];
  failure: string | null;
  regressionId: string | null;
  startedBy: string;
  createdAt: Date;
  updatedAt: Date;
}

export type StepPhase = Bisect['steps'][number]['phase'];
export type StepVerdict = NonNullable<Bisect['steps'][number]['verdict']>;

export interface StepRow {
  number: number;
  phase: StepPhase;
  candidate: number;
  runId: string;
  budgetUsd: number | null;
  verdict: StepVerdict | null;
  posterior: number[] | null;
}

export const activeStatuses: readonly BisectRow['status'][] = ['queued', 'seeding', 'searching'];
export const isActive = ({ status }: Pick<BisectRow, 'status'>) => activeStatuses.includes(status);
