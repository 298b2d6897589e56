import type { Attempt } from '@whetstone/shared/portfolio';
import { attemptOf, countedAs } from '../counted.ts';
import type { OutcomeRow } from './pending/repository.ts';

type EpochAt = (model: string, atMs: number) => number;

/** What has been counted of an outcome; undefined for nothing yet. Throws when what was counted cannot be told any more. */
export function countedBefore(row: OutcomeRow, epochAt: EpochAt): Attempt | undefined {
  if (!row.isPending) return attemptOf(row, epochAt);
  const counted = countedAs(row.was);
  return counted && attemptOf(counted, epochAt);
}

/** Tasks by their outcomes; one without a task is one of its own. */
export function byTask(rows: readonly OutcomeRow[]): OutcomeRow[][] {
  const tasks = new Map<string, OutcomeRow[]>();
  for (const row of rows) {
    // Ids of tasks are anybody's texts, so that those of rows need another place.
    const key = row.taskId === null ? `row ${row.id}` : `task ${row.taskId}`;
    const known = tasks.get(key);
    if (known) known.push(row);
    else tasks.set(key, [row]);
  }
  return [...tasks.values()];
}
