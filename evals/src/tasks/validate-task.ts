import { resolve } from 'node:path';
import { layer } from './protect.ts';
import { runTests, type TaskSandbox, type TestRun } from './run-tests.ts';
import { openScratch } from './scratch.ts';
import { measure, type Measured } from './stability.ts';
import { readTask, writeTask } from './task-folder.ts';
import { openTrees } from './trees.ts';

export interface Validation {
  id: string;
  folder: string;
  runs: number;
  measured: Measured;
  /** Why the task cannot enter a data set, with the end of the log that shows it. */
  refused?: { reason: string; log: string };
  wallMs: number;
}

export interface ValidateOptions {
  sandbox: TaskSandbox;
  runs: number;
  onRun?: (side: 'base' | 'gold', number: number, run: TestRun) => void;
}

/**
 * Runs the tests on the base and on the gold patch, several times each, and writes what they say into task.toml: what must
 * be mended, what must not break, what is left out because it answered differently from one time to the next.
 */
export async function validateTask(
  folder: string,
  { sandbox, runs, onRun }: ValidateOptions,
  signal?: AbortSignal,
): Promise<Validation> {
  const startedAt = performance.now();
  const task = await readTask(folder);
  const scratch = await openScratch();
  try {
    const trees = await openTrees(resolve(folder, task.file.repo.git), scratch.folder);
    const base = await trees.treeOf(task.file.repo.base_commit);
    const answered = (reason: string, measured = measure([], []), log = ''): Validation => ({
      id: task.file.id,
      folder,
      runs,
      measured,
      wallMs: performance.now() - startedAt,
      refused: {
        reason,
        log,
      },
    });

    const tested = await trees.apply(base, task.testPatch);
    if ('refused' in tested) return answered('test.patch does not apply to the base commit', undefined, tested.refused);
    const { testPatch, goldPatch } = task;
    const gold = await layer(trees, { base, testPatch, answer: goldPatch, protectedGlobs: task.file.tests.protected });
    if ('refused' in gold) return answered('gold.patch does not apply to the base commit', undefined, gold.refused);
    if (gold.overridden.length > 0)
      return answered(`gold.patch changes what is protected: ${gold.overridden.join(', ')}`);

    const measureSide = async (side: 'base' | 'gold', tree: string) => {
      const done: TestRun[] = [];
      for (let number = 1; number <= runs; number += 1) {
        const run = await runTests({ trees, tree, task: task.file, scratch: scratch.folder, sandbox }, signal);
        done.push(run);
        onRun?.(side, number, run);
      }
      return done;
    };
    const baseRuns = await measureSide('base', tested.tree);
    const goldRuns = await measureSide('gold', gold.tree);
    const unreadable = [...baseRuns, ...goldRuns].find(({ report }) => 'unreadable' in report);
    const measured = measure(reportsOf(baseRuns), reportsOf(goldRuns));
    const { fail_to_pass, pass_to_pass, quarantine } = measured;
    const file = { ...task.file, tests: { ...task.file.tests, fail_to_pass, pass_to_pass, quarantine } };
    const reason =
      unreadable && 'unreadable' in unreadable.report
        ? unreadable.report.unreadable
        : fail_to_pass.length === 0
          ? `no test fails ${runs}/${runs} times on the base and passes ${runs}/${runs} times with gold.patch`
          : undefined;
    await writeTask({ ...task, file }, { seal: reason === undefined });
    if (reason !== undefined) return answered(reason, measured, (unreadable ?? goldRuns.at(-1))?.log ?? '');
    return { id: task.file.id, folder, runs, measured, wallMs: performance.now() - startedAt };
  } finally {
    await scratch.remove();
  }
}

const reportsOf = (runs: readonly TestRun[]) => runs.map(({ report }) => report);
