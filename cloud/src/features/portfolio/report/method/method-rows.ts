import type { MethodRow } from '@whetstone/evals';
import { triesOf } from '@whetstone/shared/portfolio';
import { attemptOf, Counted } from '../../counted.ts';

/** An attempt with the task that it was made at, as the outcome table has it. */
interface AttemptRow {
  taskId: string | null;
  /** Lines of code; the driver gives large numbers as text. */
  repoSize: string | number | null;
  source: string;
}

/**
 * What each model made of each task, for the test of methods. Follow-ups are left out: they are asked only where another model has
 * failed. Rows that cannot be read count for nothing.
 * @param attempts newest first.
 */
export function methodRows(attempts: readonly AttemptRow[], mostTasks: number): MethodRow[] {
  const tasks = new Map<string, AttemptRow[]>();
  for (const attempt of attempts) {
    const taskId = `${attempt.source === 'run' ? 'run' : 'work'} ${attempt.taskId}`;
    const known = tasks.get(taskId);
    if (known) known.push(attempt);
    else if (tasks.size < mostTasks) tasks.set(taskId, [attempt]);
  }
  return [...tasks].flatMap(([taskId, ofTask]) => {
    const counted = ofTask.flatMap((row) => Counted.safeParse(row).data ?? []);
    const size = ofTask.find(({ repoSize }) => repoSize !== null)?.repoSize;
    return triesOf(counted.map((row) => attemptOf(row, () => 0)))
      .filter(({ isFollowUp }) => !isFollowUp)
      .map(({ model, solved, costUsd, likeness }) => ({
        taskId,
        model,
        solved,
        costUsd,
        likeness,
        repoSize: size === undefined || size === null ? undefined : Number(size),
      }));
  });
}
