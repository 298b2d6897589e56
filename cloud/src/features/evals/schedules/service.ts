import type { EvalSchedule, evalSchedules, Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { pageOfFitting, readCursor } from '../../../platform/page.ts';
import { staged } from '../../../platform/staged.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import { checkCadence } from './cadence.ts';
import { nextAfter, type OccurrenceMessage } from './occurrence.ts';
import { scheduleRepository, type ScheduleRow } from './repository.ts';

interface Dependencies {
  prepare: PrepareRun;
  /** Has the occurrence come at its time, once this transaction commits. */
  await: AwaitOccurrence;
  /** Counts a run that a key starts against what agents may start; throws `rate_limited`. */
  holdToRate: (ctx: Ctx) => Promise<void>;
}

export type AwaitOccurrence = (tx: ProjectTx, message: OccurrenceMessage) => Promise<void>;

/** More than anybody looks through. Each has one run at a time at most. */
const mostSchedules = 200;

export function scheduleService({
  prepare,
  await: awaitOccurrence,
  holdToRate,
}: Dependencies): Handlers<typeof evalSchedules, Ctx> {
  const expect = async (tx: ProjectTx, { id, generation, nextAt }: ScheduleRow) => {
    if (nextAt) await awaitOccurrence(tx, { scheduleId: id, generation, at: nextAt.toISOString(), hop: 0 });
  };

  return {
    createEvalSchedule: staged(async (ctx, schedule) => {
      checkCadence(schedule);
      // Looked at whole: what no run could be made of is refused now, not at night.
      await inRun(prepare(ctx, schedule.run));
      return (within) =>
        within.transaction(async (tx) => {
          // Two that are made at once must not both fit.
          await lockProject(tx);
          if ((await scheduleRepository.count(tx)) >= mostSchedules)
            throw new WhetstoneError('conflict', `a project has at most ${mostSchedules} schedules; delete one first`);
          const id = uuidv7({ msecs: tx.now.getTime() });
          const row = await scheduleRepository.insert(tx, id, { ...schedule, nextAt: firstOf(tx, schedule) });
          await expect(tx, row);
          return scheduleView(row);
        });
    }),

    async listEvalSchedules(ctx, { limit, cursor }) {
      const before = readCursor(cursor, isUuid);
      const { rows, hasMore } = await ctx.transaction((tx) => scheduleRepository.page(tx, { before, limit }));
      return pageOfFitting(rows.map(scheduleView), hasMore);
    },

    getEvalSchedule: (ctx, { id }) =>
      ctx.transaction(async (tx) => scheduleView(known(await scheduleRepository.find(tx, id), id))),

    async putEvalSchedule(ctx, { id, ...schedule }) {
      known(await ctx.transaction((tx) => scheduleRepository.find(tx, id)), id);
      checkCadence(schedule);
      await inRun(prepare(ctx, schedule.run));
      return ctx.transaction(async (tx) => {
        const nextAt = firstOf(tx, schedule);
        const row = known(await scheduleRepository.replace(tx, id, { ...schedule, nextAt }), id);
        await expect(tx, row);
        return scheduleView(row);
      });
    },

    deleteEvalSchedule: (ctx, { id }) =>
      ctx.transaction(async (tx) => {
        if (!(await scheduleRepository.remove(tx, id))) throw unknown(id);
        return { id };
      }),

    runEvalSchedule: staged(async (ctx, { id }) => {
      const { run } = known(await ctx.transaction((tx) => scheduleRepository.find(tx, id)), id);
      const prepared = await prepare(ctx, run);
      await holdToRate(ctx);
      return (within) =>
        within.transaction(async (tx) => {
          known(await scheduleRepository.lock(tx, id), id);
          const underWay = await scheduleRepository.runUnderWay(tx, id);
          if (underWay !== undefined)
            throw new WhetstoneError('conflict', `its run ${underWay} is still going: wait for it, or cancel it`, {
              extra: { runId: underWay },
            });
          const cause = { purpose: 'scheduled', startedBy: ctx.actor.name, scheduleId: id } as const;
          const runId = await prepared.insert(tx, cause);
          await scheduleRepository.note(tx, id, { runId });
          return { runId };
        });
    }),
  };
}

/** From now on: what lies before a schedule was written is not made up for. */
const firstOf = (tx: ProjectTx, schedule: Pick<ScheduleRow, 'enabled' | 'cron' | 'timeZone'>) =>
  schedule.enabled ? (nextAfter(schedule, tx.now.getTime()) ?? null) : null;

/** A complaint about the run names its field as the schedule has it. */
async function inRun<T>(prepared: Promise<T>): Promise<T> {
  try {
    return await prepared;
  } catch (error) {
    if (!(error instanceof WhetstoneError) || !error.errors) throw error;
    const errors = error.errors.map(({ path, message }) => ({ path: `run.${path}`, message }));
    throw new WhetstoneError(error.code, errors.map(({ path, message }) => `${path}: ${message}`).join('; '), {
      errors,
      ...(error.extra && { extra: error.extra }),
    });
  }
}

const unknown = (id: string) => new WhetstoneError('not_found', `no schedule has the id "${id}"`);

function known(row: ScheduleRow | undefined, id: string): ScheduleRow {
  if (!row) throw unknown(id);
  return row;
}

const scheduleView = ({ nextAt, createdAt, updatedAt, generation: _, ...row }: ScheduleRow): EvalSchedule => ({
  ...row,
  nextAt: nextAt?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
