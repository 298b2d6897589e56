import type { Handlers, leaderboard } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../../context.ts';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { compareRecorded } from './compare-recorded.ts';
import { recordedRun } from './recorded-run.ts';
import { comparisonRepository, type FoundRun } from './repository.ts';

/** Of both runs together: they are in memory at once. */
const mostSamples = 200_000;

export const comparisonService = (): Pick<Handlers<typeof leaderboard, Ctx>, 'compareEvalRuns'> => ({
  async compareEvalRuns(ctx, asked) {
    const found = await ctx.transaction((tx) => runsOf(tx, asked));
    try {
      const comparison = compareRecorded(found.a, found.b);
      return { ...comparison, warnings: [...found.warnings, ...comparison.warnings] };
    } catch (error) {
      // The harness speaks of what was given to it; here it is the state of the runs.
      if (error instanceof WhetstoneError && (error.code === 'invalid' || error.code === 'unavailable'))
        throw new WhetstoneError('conflict', error.message, { cause: error });
      throw error;
    }
  },
});

async function runsOf(tx: ProjectTx, asked: { a: string; b: string }) {
  const [a, b] = [await runOf(tx, asked.a), await runOf(tx, asked.b)];
  refuseOtherDataset(a, b);
  if (a.sampleCount + b.sampleCount > mostSamples)
    throw new WhetstoneError(
      'conflict',
      `together the runs have more than ${mostSamples.toLocaleString('en')} samples, which is more than this compares at once: use whetstone-evals compare`,
    );
  const problemIds = await comparisonRepository.problemIds(tx, a.datasetId);
  const sideOf = async (run: FoundRun) => ({
    runId: run.id,
    label: run.label,
    run: recordedRun(run, problemIds, await comparisonRepository.results(tx, run.id)),
  });
  const unfinished = [a, b].filter(({ status }) => status !== 'completed');
  return {
    a: await sideOf(a),
    b: await sideOf(b),
    warnings: unfinished.map(({ id, status }) => `run ${id} is ${status}: it has the results that are there by now`),
  };
}

async function runOf(tx: ProjectTx, id: string): Promise<FoundRun> {
  const run = await comparisonRepository.run(tx, id);
  if (!run) throw new WhetstoneError('not_found', `no run has the id ${id}`);
  return run;
}

function refuseOtherDataset(a: FoundRun, b: FoundRun) {
  if (a.datasetId === b.datasetId) return;
  const named = (run: FoundRun) => `${run.dataset} (sha256 ${run.sha256.slice(0, 12)}) in run ${run.id}`;
  throw new WhetstoneError(
    'conflict',
    `the runs are of different data sets, or versions of one: ${named(a)}, ${named(b)}. Their pass rates say nothing about each other`,
  );
}
