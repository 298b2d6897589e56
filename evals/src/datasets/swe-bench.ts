import { z } from 'zod';
import type { SweBenchProblem } from '../problem.ts';
import { parseRow, type Row } from './read-rows.ts';

/** The publisher stores these lists as the text of a JSON array. */
const ListAsText = z.string().transform((text, context) => {
  const list = z.array(z.string()).safeParse(jsonOf(text));
  if (list.success) return list.data;
  context.addIssue({ code: 'custom', message: 'expected the text of a JSON array of test names' });
  return z.NEVER;
});

const SweBenchRow = z.object({
  instance_id: z.string().min(1),
  repo: z.string().regex(/^[^/]+\/[^/]+$/, 'expected owner/name'),
  base_commit: z.string().regex(/^[0-9a-f]{40}$/, 'expected a commit of 40 hex digits'),
  version: z.string(),
  problem_statement: z.string(),
  patch: z.string().min(1),
  test_patch: z.string().min(1),
  FAIL_TO_PASS: ListAsText,
  PASS_TO_PASS: ListAsText,
});

export function sweBenchProblem(row: Row): SweBenchProblem {
  const fields = parseRow(SweBenchRow, row);
  return {
    kind: 'swe-bench',
    id: fields.instance_id,
    prompt: fields.problem_statement,
    tags: [fields.repo],
    cluster: fields.repo,
    repo: fields.repo,
    baseCommit: fields.base_commit,
    version: fields.version,
    goldPatch: fields.patch,
    testPatch: fields.test_patch,
    failToPass: fields.FAIL_TO_PASS,
    passToPass: fields.PASS_TO_PASS,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
