import { doSamples, resultOf, sampleKey, spentOn, type Sample, type Undone } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import { availableParallelism } from 'node:os';
import { cuttingOf } from '../cut-plan.ts';
import type { RunScope } from '../run-scope.ts';
import { sharedBudget } from './budget.ts';
import type { Hold } from './hold.ts';
import type { OpenWork } from './open-work.ts';
import { shardRepository, type Claim, type ClaimedShard } from './repository.ts';
import { shardStore } from './store.ts';
import { writeBatch } from './write.ts';

export type WorkEnd =
  /** Every sample has its result. */
  | { kind: 'done' }
  /** There was no more time, or it was told to stop. */
  | { kind: 'more' }
  /** The sandbox cannot be had at the moment. */
  | { kind: 'away'; detail: string }
  /** No further ask can succeed. */
  | { kind: 'halted'; error: WhetstoneError };

interface Options {
  scope: RunScope;
  claim: Claim;
  shard: ClaimedShard;
  work: OpenWork;
  hold: Hold;
  /** What the sandbox could not grade may be left for a later message. */
  mayWait: boolean;
  wake: (runId: string) => void;
  warn: (message: string) => void;
}

/** Has what a shard lacks answered and judged by the harness, with the database as its memory. */
export async function workOn({ scope, claim, shard, work, hold, mayWait, wake, warn }: Options): Promise<WorkEnd> {
  const { dataset, solver, grade, manifest } = work;
  const ids = dataset.problems.map(({ id }) => id);
  const places = new Map(ids.map((id, place) => [id, place]));
  const { statuses, generations } = await scope.transaction((tx) =>
    shardRepository.stateOf(tx, claim.runId, shard.samples, ids),
  );
  let halted: WhetstoneError | undefined;
  let isCutShort = false;
  let broken: { error: unknown } | undefined;
  const store = shardStore({
    placeOf: (problemId) => places.get(problemId)!,
    async write(batch) {
      if (await scope.transaction((tx) => writeBatch(tx, claim, batch, wake))) return;
      isCutShort = true;
      hold.ended();
    },
    onFailure: (error) => {
      broken ??= { error };
      hold.halt();
    },
  });
  const budget = sharedBudget({
    limitUsd: shard.budgetUsd,
    reserve: (usd) => scope.transaction((tx) => shardRepository.reserve(tx, claim, usd)),
    store,
    signal: hold.stop,
  });
  const { width } = cuttingOf(shard.sampleCount, {
    timeoutMs: manifest.timeoutMs,
    workers: shard.request.workers ?? 10,
  });
  const takesTime = manifest.subject.kind === 'model' || manifest.subject.kind === 'command';
  const does = (samples: readonly Sample[]) =>
    doSamples(samples, {
      directory: {
        hasGeneration: (problemId, sampleIndex) => generations.has(sampleKey(problemId, sampleIndex)),
        generation: async (problemId, sampleIndex) => generations.get(sampleKey(problemId, sampleIndex)),
        async keepGeneration(generation) {
          await store.keep(generation);
          generations.set(sampleKey(generation.problemId, generation.sampleIndex), generation);
        },
      },
      solver,
      grade,
      budget,
      budgetReason: `the budget of $${shard.budgetUsd} could have been passed`,
      width,
      gradeWidth: Math.min(width, availableParallelism()),
      stop: hold.stop,
      cut: hold.cut,
      halt: (error) => {
        halted ??= error;
        hold.halt();
      },
      warn,
      async onVerdict(sample, generation, verdict) {
        store.report(resultOf(sample, generation, verdict, takesTime));
      },
    });
  const reportUndone = (undone: readonly Undone[]) => {
    for (const { sample, status, detail } of undone) {
      const generation = generations.get(sampleKey(sample.problem.id, sample.sampleIndex));
      store.report({
        problemId: sample.problem.id,
        sampleIndex: sample.sampleIndex,
        status,
        detail,
        timeMs: generation?.solveMs ?? 0,
        ...(generation && spentOn(generation)),
      });
    }
  };

  /** What to say of trouble with grading that is the sandbox's and not a sample's, if it is. */
  const outage = async (undone: readonly Undone[]) => {
    const trouble = undone.find(({ status, cause }) => status === 'error' && cause === 'grade');
    if (!trouble || !mayWait || hold.cut.aborted || (await work.isThere(hold.cut))) return undefined;
    return trouble.detail;
  };

  const all = shard.samples.map(([place, sampleIndex]) => ({ problem: dataset.problems[place]!, sampleIndex }));
  const statusOf = ({ problem, sampleIndex }: Sample) => statuses.get(sampleKey(problem.id, sampleIndex));
  const undone = await does(all.filter((sample) => statusOf(sample) === undefined));
  const troubled = undone.filter(({ status }) => status === 'error');
  reportUndone(undone.filter(({ cause }) => cause === 'none'));
  const again = shard.errorsRetried
    ? []
    : [...all.filter((sample) => statusOf(sample) === 'error'), ...troubled.map(({ sample }) => sample)];
  let rest = undone.filter(({ cause }) => cause === 'stop').length;
  let away = await outage(undone);
  if (away !== undefined) {
    rest += again.length;
  } else if (again.length === 0 || hold.stop.aborted) {
    reportUndone(troubled);
    rest += again.length;
  } else {
    // Marked before: what a worker dies of is not tried again for ever.
    await scope.transaction((tx) => shardRepository.markErrorsRetried(tx, claim));
    const stillUndone = await does(again);
    away = await outage(stillUndone);
    if (away === undefined) reportUndone(stillUndone.filter(({ cause }) => cause !== 'stop'));
    else await scope.transaction((tx) => shardRepository.markErrorsRetried(tx, claim, false));
    rest += stillUndone.filter(({ cause }) => cause === 'stop').length;
  }
  if (broken) throw broken.error;
  await store.drain();
  if (halted) return { kind: 'halted', error: halted };
  if (away !== undefined) return { kind: 'away', detail: away };
  return rest === 0 && !isCutShort ? { kind: 'done' } : { kind: 'more' };
}
