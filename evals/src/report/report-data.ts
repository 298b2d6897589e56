import type { Problem } from '../problem.ts';
import type { SampleResult } from '../run/result.ts';
import type { RunSummary } from '../run/summary.ts';

/** What every report is made of. */
export interface ReportData {
  summary: RunSummary;
  /** Name and value of what made the run what it is, for people. */
  manifest: readonly (readonly [name: string, value: string])[];
  problems: readonly Problem[];
  results: readonly SampleResult[];
  /** What was said, where it was kept. */
  spokenOf(problemId: string, sampleIndex: number): Spoken | undefined;
}

export interface Spoken {
  answer?: string;
  request?: string;
  response?: string;
}
