import { z } from 'zod';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FunctionProblem } from '../problem.ts';
import { pythonProblem, withNewlines } from './function-problem.ts';
import { parseRow, type Row } from './read-rows.ts';

const Asserts = z.array(z.string()).min(1, 'expected at least one assert');

const MbppRow = z.object({
  task_id: z.int(),
  text: z.string().min(1),
  code: z.string().min(1),
  test_setup_code: z.string(),
  test_list: Asserts,
  // Three more asserts in 11 rows; the published verdicts of MBPP never used them.
  challenge_test_list: z.array(z.string()),
});

const SanitizedRow = z.object({
  task_id: z.int(),
  prompt: z.string().min(1),
  code: z.string().min(1),
  test_imports: z.array(z.string()),
  test_list: Asserts,
});

export function mbppProblem(row: Row): FunctionProblem {
  const { task_id, text, code, test_setup_code, test_list } = parseRow(MbppRow, row);
  return problemOf(row, { id: task_id, text, code, setup: [test_setup_code], tests: test_list });
}

export function sanitizedMbppProblem(row: Row): FunctionProblem {
  const { task_id, prompt, code, test_imports, test_list } = parseRow(SanitizedRow, row);
  return problemOf(row, { id: task_id, text: prompt, code, setup: test_imports, tests: test_list });
}

interface Mbpp {
  id: number;
  text: string;
  code: string;
  setup: readonly string[];
  tests: readonly string[];
}

function problemOf(row: Row, { id, text, code, setup, tests }: Mbpp): FunctionProblem {
  const problem = pythonProblem({
    id: `MBPP/${id}`,
    prompt: promptOf(text, [...setup, ...tests]),
    reference: code,
    setup,
    tests: tests.join('\n'),
    tags: [`split:${splitOf(id)}`],
  });
  if (!problem) throw new WhetstoneError('invalid', `${row.at}: code: defines nothing that the tests call`);
  return problem;
}

/** The text alone does not say what the function is called and takes; the paper shows its tests too. */
const promptOf = (text: string, shown: readonly string[]) =>
  [
    text.trim(),
    '',
    'The code must satisfy:',
    '',
    ...shown.map((code) => withNewlines(code).trimEnd()).filter(Boolean),
  ].join('\n');

/** Splits as the publisher's README and paper give them (Austin et al. 2021): 11-510 are the ones to evaluate on. */
function splitOf(id: number): string {
  if (id <= 10) return 'prompt';
  if (id <= 510) return 'test';
  return id <= 600 ? 'validation' : 'train';
}
