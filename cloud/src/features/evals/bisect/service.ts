import { searchRuns } from '@whetstone/evals';
import type { bisects, BisectRequest, Handlers } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { pageOfFitting, readCursor } from '../../../platform/page.ts';
import { staged } from '../../../platform/staged.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import type { SendBisect } from './advance.ts';
import { holdToActive } from './hold-to-active.ts';
import { isActive, type BisectRow, type KnownRequest } from './bisect-row.ts';
import { bisectView } from './bisect-view.ts';
import { candidatesOf, type VersionSources } from './candidates.ts';
import { seenOf } from './plan.ts';
import { bisectRepository } from './repository.ts';
import { regressedSubject } from './regressed-subject.ts';
import { refuseUnmoved, stepRequest } from './step-request.ts';

interface Dependencies {
  sources: VersionSources;
  prepare: PrepareRun;
  send: SendBisect;
  /** Stops a run of evals that is under way; one that has ended meanwhile is let be. */
  cancelRun: (ctx: Ctx, runId: string) => Promise<void>;
  isRegression: (tx: ProjectTx, id: string) => Promise<boolean>;
}

export const bisectService = ({
  sources,
  prepare,
  send,
  cancelRun,
  isRegression,
}: Dependencies): Handlers<typeof bisects, Ctx> => ({
  startBisect: staged(async (ctx, input) => {
    // Sandbox, data set and engine are looked at with the request, so that what cannot work is refused in the answer.
    const { regressionId } = input;
    if (regressionId !== undefined && !(await ctx.transaction((tx) => isRegression(tx, regressionId))))
      throw invalidField('regressionId', `no regression has the id "${regressionId}"`);
    const row = await newBisect(ctx, input, sources);
    const phase = row.problems ? 'seed' : 'scan';
    await prepare(ctx, stepRequest(row, row.candidates[0]!, phase, input.budgetUsd));
    return (within) =>
      within.transaction(async (tx) => {
        await holdToActive(tx);
        await bisectRepository.insert(tx, row);
        await send(tx, row.id);
        return bisectView({ ...row, createdAt: tx.now, updatedAt: tx.now }, []);
      });
  }),

  listBisects: (ctx, { limit, cursor }) =>
    ctx.transaction(async (tx) => {
      const { rows, hasMore } = await bisectRepository.page(tx, { before: readCursor(cursor, isId), limit });
      const steps = await bisectRepository.stepsOf(
        tx,
        rows.map(({ id }) => id),
      );
      return pageOfFitting(
        rows.map((row) => bisectView(row, steps.get(row.id)!)),
        hasMore,
      );
    }),

  getBisect: (ctx, { id }) =>
    ctx.transaction(async (tx) =>
      bisectView(found(await bisectRepository.find(tx, id), id), await bisectRepository.steps(tx, id)),
    ),

  async cancelBisect(ctx, { id }) {
    const open = await ctx.transaction(async (tx) => {
      const row = found(await bisectRepository.lock(tx, id), id);
      if (!isActive(row))
        throw new WhetstoneError('conflict', `this bisect is not under way, it is ${statusWords(row)}`);
      await bisectRepository.update(tx, id, { status: 'cancelled' });
      const steps = await bisectRepository.steps(tx, id);
      return steps.filter(({ verdict }) => verdict === null).map(({ runId }) => runId);
    });
    for (const runId of open) await cancelRun(ctx, runId);
    return await ctx.transaction((tx) => viewOf(tx, id));
  },

  resumeBisect: (ctx, { id, maxRuns }) =>
    ctx.transaction(async (tx) => {
      const row = found(await bisectRepository.lock(tx, id), id);
      const steps = await bisectRepository.steps(tx, id);
      const most = maxRuns ?? row.maxRuns;
      refuseToResume(row, most, searchRuns(seenOf(row.candidates.length, steps)));
      await holdToActive(tx);
      const resumedAfter = steps.at(-1)?.number ?? 0;
      await bisectRepository.update(tx, id, {
        status: 'queued',
        maxRuns: most,
        resumedAfter,
        answer: null,
        failure: null,
      });
      await send(tx, id);
      return await viewOf(tx, id);
    }),
});

async function newBisect(
  ctx: Ctx,
  asked: BisectRequest,
  sources: VersionSources,
): Promise<Omit<BisectRow, 'createdAt' | 'updatedAt'>> {
  const request: KnownRequest = { ...asked, subject: asked.subject ?? (await regressedSubject(ctx, asked)) };
  refuseUnmoved(request);
  return {
    id: uuidv7(),
    status: 'queued',
    request,
    candidates: await candidatesOf(ctx, request, sources),
    problems: request.problems ? [...new Set(request.problems)] : null,
    maxRuns: request.maxRuns,
    resumedAfter: 0,
    answer: null,
    failure: null,
    regressionId: request.regressionId ?? null,
    startedBy: ctx.actor.name,
  };
}

function refuseToResume(row: BisectRow, maxRuns: number, searched: number): void {
  if (row.status === 'cancelled' || row.status === 'failed') return;
  if (row.status !== 'range')
    throw new WhetstoneError('conflict', `there is nothing to go on with: this bisect is ${statusWords(row)}`);
  if (maxRuns <= searched)
    throw invalidField('maxRuns', `${searched} runs of the search are made; to go on it takes more than that`);
}

const statusWords = ({ status }: BisectRow) => status.replace('_', ' ');

async function viewOf(tx: ProjectTx, id: string) {
  return bisectView(found(await bisectRepository.find(tx, id), id), await bisectRepository.steps(tx, id));
}

function found(row: BisectRow | undefined, id: string): BisectRow {
  if (!row) throw new WhetstoneError('not_found', `no bisect has the id "${id}"`);
  return row;
}

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
