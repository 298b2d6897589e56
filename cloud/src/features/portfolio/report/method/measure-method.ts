import { chooseMethod, type MethodChoice } from '@whetstone/evals';
import type { Database } from '../../../../platform/db/database.ts';
import type { Events } from '../../../../platform/events/events.ts';
import { setImmediate } from 'node:timers/promises';
import { methodRows } from './method-rows.ts';
import { methodRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  events: Pick<Events, 'append'>;
}

/** What is looked at: enough to tell methods apart. */
const mostTasks = 2_000;
const mostAttempts = 30_000;

/** The same tasks give the same answer: it is to change with the data, not with the night. */
const seed = 1;

/** Which method a project's estimates are made by from now on. Holds no transaction while it computes. */
export async function measureMethod(projectId: string, { database, events }: Dependencies): Promise<void> {
  const attempts = await database.asProject(projectId, (tx) => methodRepository.attempts(tx, mostAttempts));
  const choice = await chooseMethod(methodRows(attempts, mostTasks), { seed, mostTasks, pause: setImmediate });
  const { used, why } = servedOf(choice);
  const { tasks, candidates, shrinkage } = choice;
  await database.asProject(projectId, async (tx) => {
    await methodRepository.save(tx, { used, shrinkage, result: { why, tasks, candidates } });
    const version = await methodRepository.bumpVersion(tx);
    if (version !== undefined) await events.append(tx, 'portfolio', { version });
  });
}

/** What a routing table can serve: k nearest neighbours and factorisation need the outcomes themselves. */
function servedOf({ used, why, tasks, candidates }: Pick<MethodChoice, 'used' | 'why' | 'tasks' | 'candidates'>): {
  used: 'static' | 'cells';
  why: string;
} {
  if (candidates.length === 0) return { used: 'cells', why: `Not enough data (${tasks} tasks): ${why}.` };
  if (used === 'static' || used === 'cells') return { used, why };
  const name = used === 'knn' ? 'k nearest neighbours' : 'factorisation';
  return {
    used: 'cells',
    why: `${why} Cells are used all the same, the nearest to ${name} that a routing table can hold.`,
  };
}
