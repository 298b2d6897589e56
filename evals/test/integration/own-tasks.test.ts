import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gradeRepo } from '../../src/graders/grade-repo.ts';
import { openExecutor } from '../../src/sandbox/process/exec.ts';
import { draftMark } from '../../src/tasks/commit-story.ts';
import { loadTasks } from '../../src/tasks/load-tasks.ts';
import { readTask } from '../../src/tasks/task-folder.ts';

const folder = join(import.meta.dirname, '../../tasks');
const { problems } = await loadTasks(folder);
const tasks = await Promise.all(
  problems
    .flatMap((problem) => (problem.kind === 'repo' ? [{ id: problem.id, problem }] : []))
    .map(async (each) => ({
      ...each,
      task: await readTask(each.problem.folder),
    })),
);

const hasHistory = tasks.every(({ task }) => {
  try {
    return (
      execFileSync('git', ['-C', folder, 'cat-file', '-e', `${task.file.repo.base_commit}^{commit}`]) !== undefined
    );
  } catch {
    return false;
  }
});

describe('the tasks of this repository', () => {
  it('are at least five, validated, and read over by a person', () => {
    expect(tasks.length).toBeGreaterThanOrEqual(5);
    for (const { task } of tasks) {
      expect(task.instruction).not.toContain(draftMark);
      expect(task.file.tests.quarantine).toEqual([]);
      expect(task.file.repo.git).toBe('.');
    }
  });

  describe.skipIf(!hasHistory)(hasHistory ? 'with its history' : 'skipped: this clone lacks their base commits', () => {
    it('are graded as they were validated: one of them, by its answer and by half of nothing', async () => {
      const found = tasks.find(({ id }) => id === 'lint-lines-of-long-texts');
      if (!found) throw new Error('it is gone');
      const sandbox = await openExecutor();
      const gold = found.task.goldPatch.toString();
      expect(await gradeRepo(found.problem, { kind: 'patch', text: gold }, { sandbox })).toMatchObject({
        resolution: 'resolved',
      });
      const comment = gold.slice(gold.indexOf('diff --git'), gold.indexOf('@@')).concat(
        '@@ -1,1 +1,2 @@\n+// Nothing is mended by this.\n',
        gold
          .split('\n')
          .find((line) => line.startsWith('-const'))
          ?.replace('-', ' ') ?? '',
        '\n',
      );
      expect(await gradeRepo(found.problem, { kind: 'patch', text: comment }, { sandbox })).toMatchObject({
        resolution: 'fail',
        detail: expect.stringMatching(/^fail: 0 of 1 tests mended, 0 of \d+ broken/),
      });
    });
  });
});
