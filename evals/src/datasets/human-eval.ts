import { z } from 'zod';
import { WhetstoneError } from '@whetstone/shared/errors';
import { continued } from '../graders/program.ts';
import type { FunctionProblem } from '../problem.ts';
import { pythonProblem } from './function-problem.ts';
import { parseRow, type Row } from './read-rows.ts';

/**
 * HumanEval, and what others publish in its shape: `name` for `task_id` is MultiPL-E's, a reference may be absent there,
 * and may be a whole program instead of a body.
 */
const HumanEvalRow = z.object({
  task_id: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  prompt: z.string().min(1),
  entry_point: z.string().regex(/^[\p{L}_][\p{L}\p{N}_]*$/u, 'expected the name of a function'),
  test: z.string().min(1),
  canonical_solution: z.string().optional(),
});

export function humanEvalProblem(row: Row): FunctionProblem {
  const { task_id, name, prompt, entry_point, test, canonical_solution } = parseRow(HumanEvalRow, row);
  const id = task_id ?? name;
  if (id === undefined) throw new WhetstoneError('invalid', `${row.at}: task_id: a problem has an id`);
  const problem = pythonProblem({
    id,
    prompt,
    stem: prompt,
    given: prompt,
    entryPoint: entry_point,
    reference: canonical_solution === undefined ? undefined : continued(prompt, canonical_solution, entry_point),
    tests: callsCheck(test) ? test : `${test}\ncheck(${entry_point})\n`,
  });
  if (!problem) throw new WhetstoneError('invalid', `${row.at}: entry_point: names nothing`);
  return problem;
}

/** HumanEval leaves the call of its `check` to the grader; others bring it along. */
const callsCheck = (test: string) => /^(?:check\(|test_check\(\))/m.test(test);
