import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { dayMs } from '../../../platform/day.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { runRetentionRepository, type RunRows } from './repository.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  nowMs: number;
  signal?: AbortSignal | undefined;
  rowsAtOnce?: number;
}

const firstId = '00000000-0000-0000-0000-000000000000';

/** Live connections go on from where they were; nobody does so a week after the end. */
const eventDays = 7;

/**
 * Removes answers and single results of runs that ended before the days that their project keeps them; the runs stay. Their parts
 * go first, all of a run at once: from then on it is not resumed, which would count what is gone twice.
 */
export async function expireResults({
  keepDaysOf,
  ...options
}: Options & { keepDaysOf: (tx: ProjectTx) => Promise<number> }): Promise<number> {
  return expire(['eval_shard', 'eval_answer', 'eval_result'], keepDaysOf, 1, options);
}

/** Removes what live connections were sent of runs that ended a week ago. */
export const expireEvents = (options: Options): Promise<number> =>
  expire(['eval_event'], async () => eventDays, eventDays, options);

async function expire(
  tables: readonly RunRows[],
  keptDaysOf: (tx: ProjectTx) => Promise<number>,
  fewestDays: number,
  { database, nowMs, signal, rowsAtOnce = 2_000 }: Options,
): Promise<number> {
  const projectIds = await database.asSystem((tx) =>
    runRetentionRepository.projectsWithRunsBefore(tx, new Date(nowMs - fewestDays * dayMs)),
  );
  let removed = 0;
  for (const projectId of projectIds) {
    const days = await database.asProject(projectId, keptDaysOf);
    const before = new Date(nowMs - days * dayMs);
    for (const table of tables) {
      // Runs whose rows are gone are not looked at again for each part of the next.
      let from = firstId;
      removed += await untilNoneIsLeft(signal, () =>
        database.asProject(projectId, async (tx) => {
          const runId = await runRetentionRepository.oldestWith(tx, table, before, from);
          if (runId === undefined) return 0;
          from = runId;
          return runRetentionRepository.remove(tx, table, runId, rowsAtOnce);
        }),
      );
    }
  }
  return removed;
}
