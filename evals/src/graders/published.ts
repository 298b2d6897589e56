import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Dataset } from '../problem.ts';
import type { Executor } from '../run/manifest.ts';
import { noExecutor } from '../run/no-executor.ts';
import { publishedVerdicts } from '../solvers/samples.ts';
import { sha256Of } from '../run/canonical-json.ts';
import type { Grade } from './grade.ts';

/** Takes verdicts from what their publisher says instead of finding them here: to import a result, and to hold ours against. */
export async function publishedGrading(path: string, dataset: Dataset): Promise<{ executor: Executor; grade: Grade }> {
  const { format, verdicts } = await publishedVerdicts(path, dataset);
  const passed = new Map(verdicts.map((verdict) => [verdict.problemId, verdict.passed]));
  if (passed.size < verdicts.length)
    throw new WhetstoneError('invalid', `${path} has several verdicts for a problem; one for each can be taken over`);
  const source = basename(path);
  return {
    executor: noExecutor(
      { [source]: sha256Of(await readFile(path, 'utf8')), format },
      'Nothing ran here: the verdicts are those of the publisher.',
    ),
    grade: async ({ id }, answer) => {
      if (answer.kind === 'none') return { status: 'failed', detail: answer.reason, gradeMs: 0 };
      const verdict = passed.get(id);
      if (verdict === undefined) return { status: 'error', detail: `${source} says nothing of it`, gradeMs: 0 };
      return verdict
        ? { status: 'passed', gradeMs: 0 }
        : { status: 'failed', detail: `${source}: not passed`, gradeMs: 0 };
    },
  };
}
