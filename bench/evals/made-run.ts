import { noExecutor, type FunctionProblem, type RunOptions } from '@whetstone/evals';

const problemOf = (index: number): FunctionProblem => ({
  kind: 'function',
  id: `Made/${index}`,
  prompt: `Write ${index}`,
  tags: [],
  language: 'python',
  entryPoint: 'f',
  calls: ['f'],
  handles: [],
  setup: '',
  tests: '',
  sameProcess: false,
});

/** A run of so many made problems whose subject and judgement are the caller's: what is left is the harness. */
export const madeRun = (
  count: number,
  own: Pick<RunOptions, 'solver' | 'grade' | 'workers' | 'outDir'>,
): RunOptions => ({
  dataset: {
    name: 'made',
    sha256: '0'.repeat(64),
    problems: Array.from({ length: count }, (_, index) => problemOf(index)),
    preamble: {},
    timeoutMs: 1000,
  },
  sandbox: noExecutor({}, 'Nothing runs: this measures the harness.'),
  seed: 0,
  timeoutMs: 1000,
  hashSeed: 0,
  signal: new AbortController().signal,
  ...own,
});
