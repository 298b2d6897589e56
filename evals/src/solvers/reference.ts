import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionProblem, Problem } from '../problem.ts';
import type { Answer, Solver } from './solver.ts';

/** Answers with what the data set says is right: what passes is what the harness can grade. */
export function referenceSolver(): Solver {
  return {
    subject: { kind: 'reference', label: 'reference' },
    solve: async (problem) => ({ answer: await answerOf(problem), usage: {}, solveMs: 0 }),
  };
}

async function answerOf(problem: Problem): Promise<Answer> {
  switch (problem.kind) {
    case 'function':
      return functionAnswer(problem);
    case 'swe-bench':
      return { kind: 'patch', text: problem.goldPatch };
    case 'repo':
      return { kind: 'patch', text: await readFile(join(problem.folder, 'gold.patch'), 'utf8') };
  }
}

const functionAnswer = ({ reference }: FunctionProblem): Answer =>
  reference === undefined
    ? { kind: 'none', reason: 'the data set has no reference for this problem' }
    : { kind: 'program', text: reference };
