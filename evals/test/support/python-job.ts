import type { GradeJob } from '../../src/sandbox/sandbox.ts';

/** A job whose tests expect `f(1) == 2`. */
export const pythonJob = (program: string, changes: Partial<GradeJob> = {}): GradeJob => ({
  language: 'python',
  program,
  setup: '',
  tests: 'assert f(1) == 2',
  calls: ['f'],
  handles: [],
  timeoutMs: 3000,
  ...changes,
});

export const rightProgram = 'def f(x): return x + 1';
