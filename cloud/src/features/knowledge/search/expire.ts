import { longestUsageDays } from '@whetstone/shared/contract';
import { dayMs } from '../../../platform/day.ts';
import type { Database, ProjectTx, Tx } from '../../../platform/db/database.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { searchRepository } from './repository.ts';
import { dayOf } from './served-log.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  signal: AbortSignal;
}

/** Of what was handed out, after the last time: a citation of it may come back so much later. */
const servedDays = 400;
const rowsAtOnce = 1_000;

export const expireServed = (options: Options): Promise<number> =>
  projectByProject(options, {
    before: ({ now }) => new Date(now.getTime() - servedDays * dayMs),
    projects: searchRepository.projectsServedBefore,
    remove: searchRepository.removeServed,
  });

/** Counts of days that no report reaches any more. */
export const expireCounts = (options: Options): Promise<number> =>
  projectByProject(options, {
    before: ({ now }) => dayOf(new Date(now.getTime() - longestUsageDays * dayMs)),
    projects: searchRepository.projectsCountedBefore,
    remove: searchRepository.removeCounts,
  });

interface Expiring<T> {
  before: (tx: Tx) => T;
  projects: (tx: Tx, before: T) => Promise<string[]>;
  remove: (tx: ProjectTx, before: T, limit: number) => Promise<number>;
}

async function projectByProject<T>({ database, signal }: Options, { before, projects, remove }: Expiring<T>) {
  const { cut, ids } = await database.asSystem(async (tx) => {
    const since = before(tx);
    return { cut: since, ids: await projects(tx, since) };
  });
  let removed = 0;
  for (const id of ids)
    removed += await untilNoneIsLeft(signal, () => database.asProject(id, (tx) => remove(tx, cut, rowsAtOnce)));
  return removed;
}
