import type { guidance, Handlers } from '@whetstone/shared/contract';
import { z } from 'zod';
import type { Ctx } from '../../context.ts';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../platform/queue/job.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import { decideGate, type DecideDoors } from './gate/decide-gate.ts';
import { giveBack } from './give-back.ts';
import { followFlag } from './release.ts';
import { guidanceRepository } from './repository.ts';
import { guidanceService, type GuidanceDoors } from './service.ts';
import { watchLive, type WatchDoors } from './watch-live.ts';

interface Dependencies extends GuidanceDoors, DecideDoors, Omit<WatchDoors, 'database'> {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  queue: Pick<Queue, 'send'>;
}

export interface GuidanceSlice {
  handlers: Handlers<typeof guidance, Ctx>;
  jobs: JobDefinition[];
  /** In the transaction that ends a run of a gate. */
  onRunEnded: (tx: ProjectTx, run: { parentId: string | undefined }) => Promise<void>;
  /** In the transaction that writes a flag. */
  onFlagWritten: typeof followFlag;
  /** In the transaction that takes a variant from everybody. */
  giveBack: typeof giveBack;
  rulesOn: typeof guidanceRepository.rulesOn;
}

/** Guidance from its first draft to its last user. */
export function guidanceSlice({ database, queue, ...doors }: Dependencies): GuidanceSlice {
  const decide = defineJob({
    name: 'guidance.decide',
    input: z.object({ gateId: z.uuid() }),
    retries: { limit: 8, delayS: 2, backoff: 'exponential' },
    expireInMs: 60_000,
    run: ({ gateId }, { projectId }) => {
      if (projectId === undefined) throw new Error('a gate belongs to a project');
      return database.asProject(projectId, (tx) => decideGate(tx, gateId, doors));
    },
  });
  const watchOne = defineJob({
    name: 'guidance.watch-project',
    input: z.object({}),
    retries: { limit: 2, delayS: 30, backoff: 'fixed' },
    expireInMs: 5 * 60_000,
    run: (_, { projectId }) => {
      if (projectId === undefined) throw new Error('guidance belongs to a project');
      return watchLive(projectId, { database, ...doors });
    },
  });
  const watch = defineJob({
    name: 'guidance.watch',
    input: z.object({}),
    schedule: { cron: '23 * * * *', timeZone: 'UTC' },
    retries: { limit: 1, delayS: 30, backoff: 'fixed' },
    expireInMs: 5 * 60_000,
    async run() {
      for (const projectId of await database.asSystem(guidanceRepository.projectsWithReleases))
        await queue.send(watchOne, {}, { projectId });
      // Both runs may be over and the message of it lost to faults that outlasted its retries.
      const anHourAgo = new Date(doors.clock() - 3_600_000);
      for (const { projectId, gateId } of await database.asSystem((tx) => guidanceRepository.undecided(tx, anHourAgo)))
        await queue.send(decide, { gateId }, { projectId });
    },
  });
  return {
    handlers: guidanceService(doors),
    jobs: [decide, watchOne, watch] as JobDefinition[],
    onRunEnded: async (tx, { parentId }) => {
      if (parentId !== undefined) await queue.send(decide, { gateId: parentId }, { projectId: tx.projectId, tx });
    },
    onFlagWritten: followFlag,
    giveBack,
    rulesOn: guidanceRepository.rulesOn,
  };
}
