import type { Problem } from '../problem.ts';
import type { Verdict } from '../sandbox/sandbox.ts';
import type { Answer } from '../solvers/solver.ts';

/** Judges one answer. `error` in a verdict is trouble of ours. */
export type Grade = (problem: Problem, answer: Answer, signal: AbortSignal) => Promise<Verdict>;
