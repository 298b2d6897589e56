import type { Dataset } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { z } from 'zod';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { defineJob } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { OnRunEnded } from '../runs/ended-run.ts';
import { jobScope } from '../runs/run-scope.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import { nextSample } from './next-sample.ts';
import { seedRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  queue: Pick<Queue, 'send'>;
  prepare: PrepareRun;
  loadStarter: () => Promise<Dataset>;
  samplesOf: (starter: Dataset) => EvalRunRequest[];
  /** Whether a flag is a sample that nobody has changed: a run that carries another could have it rolled back. */
  isUntouchedSample: (tx: ProjectTx, flagKey: string) => Promise<boolean>;
  /** Tells a person at the terminal. */
  onSeeded: (runs: { started: number; completed: number }) => void;
}

/**
 * The sample runs of a project that never had a run, one after the other: each is really made, and its end, whatever it
 * is, sends for the next. How many there are already is in the database, so that a server which is killed goes on where
 * it was.
 */
export function seedRuns({ database, queue, prepare, loadStarter, samplesOf, onSeeded, ...doors }: Dependencies) {
  const requests = async () => samplesOf(await loadStarter());
  const next = async (tx: ProjectTx) =>
    nextSample({ statuses: await seedRepository.statuses(tx), hasOthers: () => seedRepository.hasRuns(tx) });

  const seed = defineJob({
    name: 'evals.seed-samples',
    input: z.object({ after: z.uuid().optional().describe('The run that has ended') }),
    retries: { limit: 5, delayS: 2, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    async run({ after }, { projectId }) {
      if (projectId === undefined) throw new Error('samples belong to a project');
      const samples = await requests();
      const place = await database.asProject(projectId, next);
      if (place === undefined) return;
      const request = samples[place];
      if (request) return start(projectId, place, request);
      if (after === undefined) return;
      const statuses = await database.asProject(projectId, seedRepository.statuses);
      const completed = statuses.filter((status) => status === 'completed').length;
      onSeeded({ started: statuses.length, completed });
    },
  });

  async function start(projectId: string, place: number, { flag, ...rest }: EvalRunRequest) {
    const carries = flag && (await database.asProject(projectId, (tx) => doors.isUntouchedSample(tx, flag.key)));
    const prepared = await prepare(jobScope(database, projectId), { ...rest, ...(carries && { flag }) });
    await database.asProject(projectId, async (tx) => {
      await lockProject(tx);
      if ((await next(tx)) === place) await prepared.insert(tx, { purpose: 'seed', startedBy: 'sample runs' });
    });
  }

  const onEnded: OnRunEnded = async (tx, { id, purpose }) => {
    if (purpose === 'seed') await queue.send(seed, { after: id }, { tx, projectId: tx.projectId });
  };

  return {
    job: seed,
    onEnded,
    /** Begins, or goes on, with what is left; sends nothing where nothing is. */
    async start(projectId: string): Promise<void> {
      const place = await database.asProject(projectId, next);
      if (place !== undefined && place < (await requests()).length) await queue.send(seed, {}, { projectId });
    },
  };
}
