import type { CarryingFlag } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { jobScope } from '../runs/run-scope.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import { decide, nextAfter, type OccurrenceMessage } from './occurrence.ts';
import { scheduleRepository, type ScheduleRow } from './repository.ts';
import type { AwaitOccurrence } from './service.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  clock: () => number;
  prepare: PrepareRun;
  await: AwaitOccurrence;
  /** Why a regression could not be rolled back by this flag; undefined when it could. */
  whyNotCarried: (tx: ProjectTx, flag: CarryingFlag) => Promise<string | undefined>;
}

interface Attempt {
  projectId: string;
  /** What fails now is not tried again. */
  isLast: boolean;
}

/**
 * One occurrence: the run, what is noted of it and the message for the next one are one transaction, under the row's lock.
 * Whatever goes wrong is noted, and the chain goes on.
 */
export function occurrenceStarter({ database, clock, prepare, await: awaitOccurrence, whyNotCarried }: Dependencies) {
  /** Carries out `work` if the message still means the next occurrence, and sends the one after it. */
  const settle = (
    projectId: string,
    message: OccurrenceMessage,
    work: (tx: ProjectTx, row: ScheduleRow) => Promise<{ runId?: string; problem?: string | undefined }>,
  ) =>
    database.asProject(projectId, async (tx) => {
      const row = await scheduleRepository.lock(tx, message.scheduleId);
      const nowMs = clock();
      const decision = decide(row, message, nowMs);
      if (!row || decision === 'stale' || decision === 'early') return;
      // What was missed meanwhile is made up for by the one run that is due now.
      const nextAt = nextAfter(row, Math.max(Date.parse(message.at), nowMs));
      await scheduleRepository.note(tx, row.id, { ...(await work(tx, row)), nextAt: nextAt ?? null });
      if (!nextAt) return;
      const { generation } = row;
      await awaitOccurrence(tx, { scheduleId: row.id, generation, at: nextAt.toISOString(), hop: 0 });
    });

  const start = async (projectId: string, row: ScheduleRow, message: OccurrenceMessage) => {
    const prepared = await prepare(jobScope(database, projectId), row.run);
    await settle(projectId, message, async (tx) => {
      const underWay = await scheduleRepository.runUnderWay(tx, row.id);
      if (underWay !== undefined) return { problem: `the run before, ${underWay}, was still going at ${message.at}` };
      const { flag } = row.run;
      const problem = flag && (await whyNotCarried(tx, flag));
      const cause = { purpose: 'scheduled', startedBy: `schedule ${row.name}`, scheduleId: row.id } as const;
      return {
        runId: await prepared.insert(tx, cause),
        problem: problem && `the run was started, but if it finds a regression nothing is rolled back: ${problem}`,
      };
    });
  };

  return async (message: OccurrenceMessage, { projectId, isLast }: Attempt): Promise<void> => {
    const row = await database.asProject(projectId, (tx) => scheduleRepository.find(tx, message.scheduleId));
    switch (decide(row, message, clock())) {
      case 'stale':
        return;
      case 'early':
        return database.asProject(projectId, (tx) => awaitOccurrence(tx, { ...message, hop: message.hop + 1 }));
      case 'missed':
        return settle(projectId, message, async () => ({
          problem: `no server ran at ${message.at}, nor in the six days after it`,
        }));
      case 'due':
        break;
    }
    try {
      await start(projectId, row!, message);
    } catch (error) {
      const isFinal = error instanceof WhetstoneError && error.code !== 'unavailable';
      if (!isFinal && !isLast) throw error;
      await settle(projectId, message, async () => ({ problem: sentenceOf(error) }));
      // A mistake of ours is to be seen among the failed jobs as well.
      if (!(error instanceof WhetstoneError)) throw error;
    }
  };
}

const sentenceOf = (error: unknown) =>
  error instanceof WhetstoneError ? error.message : 'stopped by a mistake in the server, which its log names';
