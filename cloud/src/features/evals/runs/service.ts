import { programOf, type Answer, type Dataset } from '@whetstone/evals';
import type { evalRuns as operations, Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { pageUpTo, readCursor } from '../../../platform/page.ts';
import { staged } from '../../../platform/staged.ts';
import type { LoadByName } from '../executor/datasets.ts';
import { endRun, type Ending } from './end-run.ts';
import { resumeRun } from './resume-run.ts';
import { runRepository, type AnswerRow, type ListedRun } from './repository.ts';
import { resultView, runView } from './run-view.ts';
import { shardRepository } from './shard/repository.ts';
import type { RunLimits } from './run-limits.ts';
import type { PrepareRun } from './start-run.ts';

interface Dependencies extends Ending {
  prepare: PrepareRun;
  load: LoadByName;
  holdToRate: (ctx: Ctx) => Promise<void>;
  limitsOf: (tx: ProjectTx) => Promise<RunLimits>;
  sendShards: (tx: ProjectTx, runId: string) => Promise<void>;
  sendFinish: (tx: ProjectTx, runId: string) => Promise<void>;
}

export type RunHandlers = Handlers<Omit<typeof operations, 'createLiveTicket'>, Ctx>;

export function runService(given: Dependencies): RunHandlers {
  const { prepare, load, holdToRate } = given;
  return {
    startEvalRun: staged(async (ctx, request) => {
      const prepared = await prepare(ctx, request);
      await holdToRate(ctx);
      return (within) =>
        within.transaction(async (tx) => ({
          runId: await prepared.insert(tx, {
            purpose: 'run',
            startedBy: ctx.actor.name,
            startedRole: ctx.actor.role,
          }),
          status: 'queued',
          problemCount: prepared.problemCount,
          estimatedCostUsd: prepared.estimatedCostUsd ?? null,
        }));
    }),

    getEvalResults: (ctx, { runId, status, limit, cursor }) =>
      ctx.transaction(async (tx) => {
        const run = await existing(tx, runId);
        const { problemIds } = (await runRepository.dataset(tx, run.datasetId))!;
        const after = placeIn(cursor);
        const rows = await runRepository.results(tx, runId, { status, after, limit: limit + 1 });
        const shown = rows.slice(0, limit);
        const last = rows.length > limit ? shown.at(-1) : undefined;
        const items = shown.map((row) => resultView(row, problemIds[row.problem]!));
        return { run: runView(run), ...pageUpTo(items, last && `${last.problem}.${last.sample}`) };
      }),

    async getEvalSample(ctx, { runId, problemId, sampleIndex }) {
      const { run, result, answer, sampleCount } = await ctx.transaction(async (tx) => {
        const found = await existing(tx, runId);
        const { problemIds } = (await runRepository.dataset(tx, found.datasetId))!;
        const place = problemIds.indexOf(problemId);
        const row = place < 0 ? undefined : await runRepository.result(tx, runId, place, sampleIndex);
        if (!row)
          throw new WhetstoneError(
            'not_found',
            `the run ${runId} has no result of sample ${sampleIndex} of "${problemId}"`,
          );
        return {
          run: found,
          result: row,
          answer: await runRepository.answer(tx, runId, place, sampleIndex),
          sampleCount: await runRepository.samplesOf(tx, runId, place),
        };
      });
      // Another version has other problems: better none than those.
      const dataset = await load(ctx, run.dataset, run.datasetSha256).catch(() => undefined);
      const asked = dataset?.sha256 === run.datasetSha256 ? dataset : undefined;
      return {
        ...resultView(result, problemId),
        ...askedOf(asked, problemId),
        code: codeOf(asked, problemId, answer),
        transcript: answer?.transcript ?? null,
        sampleCount,
      };
    },

    listEvalRuns: (ctx, { limit, cursor, ...filter }) =>
      ctx.transaction(async (tx) => {
        const before = readCursor(cursor, (text) => uuid.test(text));
        const { rows, hasMore } = await runRepository.list(tx, filter, { before, limit });
        return pageUpTo(rows.map(runView), hasMore ? rows.at(-1)?.id : undefined);
      }),

    cancelEvalRun: (ctx, { runId }) =>
      ctx.transaction(async (tx) => {
        await shardRepository.lockRun(tx, runId);
        const { status } = await existing(tx, runId);
        const failure = `cancelled by ${ctx.actor.name}`;
        if (!(await endRun(tx, runId, { status: 'cancelled', failure }, given)))
          throw new WhetstoneError('conflict', `the run is ${status} already`);
        return runView(await existing(tx, runId));
      }),

    resumeEvalRun: (ctx, { runId, budgetUsd }) =>
      ctx.transaction(async (tx) => {
        await shardRepository.lockRun(tx, runId);
        await resumeRun(tx, await existing(tx, runId), budgetUsd, given);
        return runView(await existing(tx, runId));
      }),
  };
}

async function existing(tx: ProjectTx, runId: string): Promise<ListedRun> {
  const run = await runRepository.glance(tx, runId);
  if (run) return run;
  throw new WhetstoneError('not_found', `no run of evals has the id ${runId}`);
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function placeIn(cursor: string | undefined): [number, number] | undefined {
  const key = readCursor(cursor, (text) => /^\d{1,9}\.\d{1,9}$/.test(text));
  if (key === undefined) return undefined;
  const [problem, sample] = key.split('.').map(Number);
  return [problem!, sample!];
}

function askedOf(dataset: Dataset | undefined, problemId: string) {
  const problem = dataset?.problems.find(({ id }) => id === problemId);
  if (!problem) return { prompt: null, language: null, tests: null };
  const tests = { function: 'tests', 'swe-bench': 'testPatch', repo: undefined }[problem.kind];
  return {
    prompt: problem.prompt,
    language: problem.kind === 'function' ? problem.language : null,
    tests: tests === undefined ? null : String(problem[tests as keyof typeof problem]),
  };
}

/** The whole program where one can be made, else the answer as it is. */
function codeOf(dataset: Dataset | undefined, problemId: string, answer: AnswerRow | undefined): string | null {
  if (!answer || answer.kind === 'none') return null;
  const problem = dataset?.problems.find(({ id }) => id === problemId);
  if (problem?.kind !== 'function') return answer.text;
  const program = programOf(problem, { kind: answer.kind, text: answer.text } as Answer, '');
  return typeof program === 'string' ? program : answer.text;
}
