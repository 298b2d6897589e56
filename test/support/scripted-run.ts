import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Grade } from '../../evals/src/graders/grade.ts';
import type { Dataset, FunctionProblem } from '../../evals/src/problem.ts';
import type { RunOptions } from '../../evals/src/run/run.ts';
import type { Sandbox } from '../../evals/src/sandbox/sandbox.ts';
import type { Attempt, Solver } from '../../evals/src/solvers/solver.ts';

/** Runs whose subject and whose verdicts are what a test says: the run engine between them is the real one. */
export function scriptedRun(changes: Partial<RunOptions> = {}): RunOptions {
  return {
    dataset: syntheticDataset(10),
    solver: scriptedSolver(async (id) => answerWith(`${id} passes`)),
    sandbox: idleSandbox,
    grade: gradeByWord,
    workers: 3,
    outDir: join(mkdtempSync(join(tmpdir(), 'whetstone-run-')), 'out'),
    seed: 1,
    timeoutMs: 1_000,
    hashSeed: 0,
    signal: new AbortController().signal,
    ...changes,
  };
}

export function syntheticDataset(size: number): Dataset {
  const problems = Array.from({ length: size }, (_, index) => syntheticProblem(`p/${index}`));
  return { name: 'synthetic', sha256: 'a'.repeat(64), problems, preamble: { python: '' }, timeoutMs: 1_000 };
}

export const syntheticProblem = (id: string, changes: Partial<FunctionProblem> = {}): FunctionProblem => ({
  kind: 'function',
  id,
  prompt: `write ${id}`,
  tags: [],
  language: 'python',
  entryPoint: 'f',
  calls: ['f'],
  handles: [],
  setup: '',
  tests: 'assert f() == 1',
  reference: 'def f(): return 1',
  sameProcess: false,
  ...changes,
});

type Solve = (problemId: string, sampleIndex: number, signal: AbortSignal) => Promise<Attempt>;

export const scriptedSolver = (solve: Solve, changes: Partial<Solver> = {}): Solver => ({
  subject: { kind: 'model', label: 'scripted' },
  solve: (problem, sampleIndex, signal) => solve(problem.id, sampleIndex, signal),
  ...changes,
});

export const answerWith = (text: string, costUsd?: number): Attempt => ({
  answer: { kind: 'program', text },
  usage: costUsd === undefined ? {} : { costUsd },
  solveMs: 1,
});

/** An answer that says `passes`, `fails`, `hangs` or `breaks` gets that verdict. */
export const gradeByWord: Grade = async (_, answer) => {
  const text = answer.kind === 'none' ? 'fails' : answer.text;
  const status = text.includes('passes')
    ? 'passed'
    : text.includes('hangs')
      ? 'timeout'
      : text.includes('breaks')
        ? 'error'
        : 'failed';
  return { status, gradeMs: 1 };
};

export const idleSandbox: Sandbox = {
  tier: 'process',
  languages: ['python'],
  enforces: {
    network: true,
    hostFiles: true,
    memory: true,
    cpu: true,
    processes: true,
    openFiles: true,
    cannot: [],
  },
  versions: { python: '0' },
  grade: async () => ({ status: 'passed', gradeMs: 0 }),
  probe: async () => [],
  close: async () => {},
};
