import type { CostEstimate } from '../solvers/solver.ts';
import type { Progress } from './progress.ts';
import type { SampleResult } from './result.ts';
import type { RunSummary } from './summary.ts';

/** What a run tells while it goes on: for a progress bar, and for those who watch from afar. */
export type RunEvent =
  | {
      type: 'started';
      manifestHash: string;
      outDir: string;
      problemCount: number;
      sampleCount: number;
      /** Samples that had a verdict when this session began. */
      doneBefore: number;
      /** Answers that are there already and only wait for their verdict. */
      answeredBefore: number;
      /** For the samples that are yet to be asked. */
      estimate?: CostEstimate;
    }
  /** A sample's line is on disk. What had trouble comes last, when it has been tried again. */
  | { type: 'result'; result: SampleResult }
  | { type: 'progress'; progress: Progress }
  /** These had trouble that was not the subject's, and are done once more. */
  | { type: 'again'; sampleCount: number; detail: string }
  /** No more asks are started; those in flight may end. */
  | { type: 'stopping'; reason: string }
  | { type: 'warning'; message: string }
  | { type: 'done'; summary: RunSummary };
