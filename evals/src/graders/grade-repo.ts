import { resolve as resolvePath } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { RepoProblem } from '../problem.ts';
import type { Verdict } from '../sandbox/sandbox.ts';
import type { Answer } from '../solvers/solver.ts';
import { layer } from '../tasks/protect.ts';
import { resolve, type Resolution } from '../tasks/resolution.ts';
import { runTests, type TaskSandbox, type TestRun } from '../tasks/run-tests.ts';
import { openScratch } from '../tasks/scratch.ts';
import { readTask, type Task } from '../tasks/task-folder.ts';
import { openTrees, type Trees } from '../tasks/trees.ts';

export type RepoVerdict = Verdict & { resolution: Resolution };

const statusOf: Record<Resolution, Verdict['status']> = {
  resolved: 'passed',
  partial: 'failed',
  fail: 'failed',
  error: 'error',
  timeout: 'timeout',
  no_patch: 'failed',
  apply_failed: 'failed',
};

const MAX_PATCH_BYTES = 10 * 2 ** 20;

/**
 * Grades an answer to a repository task. The tests load the code they judge, so a patch that is out to lie to its own tests
 * could: verdicts are labelled weaker.
 */
export async function gradeRepo(
  problem: RepoProblem,
  answer: Answer,
  { sandbox }: { sandbox: TaskSandbox },
  signal?: AbortSignal,
): Promise<RepoVerdict> {
  const startedAt = performance.now();
  const verdict = (resolution: Resolution, detail?: string): RepoVerdict => ({
    resolution,
    status: statusOf[resolution],
    ...(resolution === 'resolved' && detail === undefined
      ? {}
      : { detail: [resolution, detail].filter(Boolean).join(': ').slice(0, 4000) }),
    gradeMs: performance.now() - startedAt,
    weaker: true,
  });
  if (answer.kind === 'none') return verdict('no_patch', answer.reason);
  if (answer.kind !== 'patch') return verdict('no_patch', `a ${answer.kind} is no patch`);
  if (answer.text.trim() === '') return verdict('no_patch', 'the patch is empty');
  const patch = Buffer.from(answer.text);
  if (patch.length > MAX_PATCH_BYTES) return verdict('apply_failed', 'the patch is larger than 10 MiB');

  const task = await readTask(problem.folder);
  const runtime = task.file.env.runtime;
  if (runtime.startsWith('e2b:') && sandbox.tier !== 'e2b')
    throw new WhetstoneError('invalid', `task ${problem.id} needs the e2b sandbox (its runtime is ${runtime})`);
  const scratch = await openScratch();
  try {
    const trees = await openTrees(resolvePath(task.folder, task.file.repo.git), scratch.folder);
    const base = await trees.treeOf(task.file.repo.base_commit);
    const layered = await layer(trees, layersOf(task, base, patch));
    if ('refused' in layered) return verdict('apply_failed', layered.refused);
    const note =
      layered.overridden.length === 0 ? undefined : `put back, being protected: ${layered.overridden.join(', ')}`;

    const attempt = async (tree: string) =>
      await runTests({ trees, tree, task: task.file, scratch: scratch.folder, sandbox }, signal);
    for (let tries = 0; ; tries += 1) {
      const run = await attempt(layered.tree);
      const judged = await judge(task, run, async () => await attempt(await testedBase(trees, task, base)));
      if (judged.resolution === 'error' && tries < task.file.tests.retries) continue;
      return verdict(
        judged.resolution,
        [judged.detail, note].filter((part) => part !== undefined).join('\n') || undefined,
      );
    }
  } finally {
    await scratch.remove();
  }
}

/**
 * What cannot be read is the answer's doing when the same tests can be read without it, and infrastructure when they cannot:
 * otherwise an answer that ends its tests early would not count at all.
 */
async function judge(
  task: Task,
  { report, timedOut, log }: TestRun,
  control: () => Promise<TestRun>,
): Promise<{ resolution: Resolution; detail?: string }> {
  if ('tests' in report) return resolve(task.file.tests, report.tests);
  if ('tests' in (await control()).report)
    return { resolution: timedOut ? 'timeout' : 'fail', detail: `${report.unreadable}\n${log.slice(-2000)}` };
  return { resolution: 'error', detail: `${report.unreadable}, without the answer as well\n${log.slice(-2000)}` };
}

const layersOf = (task: Task, base: string, answer: Buffer) => ({
  base,
  answer,
  testPatch: task.testPatch,
  protectedGlobs: task.file.tests.protected,
});

async function testedBase(trees: Trees, task: Task, base: string): Promise<string> {
  const tested = await trees.apply(base, task.testPatch);
  if ('refused' in tested) throw new Error(`test.patch of ${task.file.id} does not apply: ${tested.refused}`);
  return tested.tree;
}
