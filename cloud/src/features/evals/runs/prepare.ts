import { generationOf, planOf, samplesPerProblemOf, type Dataset, type Problem, type Solver } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { LoadByName } from '../executor/datasets.ts';
import type { ExecutorConfig } from '../executor/config.ts';
import type { LendSandbox, LentSandbox } from '../executor/sandboxes.ts';
import type { Subjects } from '../executor/subjects.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { bounded } from './bounded.ts';
import { withinTime } from '../../../platform/within-time.ts';
import { chooseProblems } from './choose.ts';
import { cutPlan, cuttingOf } from './cut-plan.ts';
import { holdToDailyBudget } from './daily-budget.ts';
import { identityOf, keptRequest } from './identity.ts';
import { languagesOf, refuseCommands, refuseHopeless, tierFor } from './gradable.ts';
import { holdToOpenRuns } from './open-runs.ts';
import { startRepository } from './start/repository.ts';
import type { PreparedRun, PrepareRun } from './start-run.ts';
import type { RunLimits } from './run-limits.ts';

interface Dependencies {
  load: LoadByName;
  lend: LendSandbox;
  subjects: Subjects;
  config: Pick<ExecutorConfig, 'e2b'>;
  limitsOf: (tx: ProjectTx) => Promise<RunLimits>;
  /** Sends the messages of the first shards. */
  begin: (tx: ProjectTx, runId: string) => Promise<void>;
}

/** Looks at a request whole, before anything is written or spent. */
export const prepareRun =
  ({ load, lend, subjects, config, limitsOf, begin }: Dependencies): PrepareRun =>
  async (scope, request) => {
    const dataset = await load(scope, request.dataset);
    const chosen = chooseProblems(dataset, request);
    const tier = tierFor(request.sandbox, chosen, config);
    const runsCommands = request.subject.kind === 'command' || chosen.some(({ kind }) => kind === 'repo');
    if (request.subject.kind === 'command') refuseCommands(tier);
    // Only what runs commands is opened now: whether there is any depends on this machine.
    const lent = runsCommands ? await inTime(lend(tier, languagesOf(chosen))) : undefined;
    try {
      refuseHopeless(chosen, tier, lent?.sandbox);
      const { solver, close } = await subjects.open(request, dataset, lent?.sandbox);
      try {
        return await prepared({ request, dataset, chosen, solver, limitsOf, begin });
      } finally {
        await close();
      }
    } finally {
      lent?.giveBack();
    }
  };

/** Opening a sandbox runs its probes: seconds, on a machine that is busy more than a request has. */
const openingMs = 30_000;

async function inTime(lending: Promise<LentSandbox>): Promise<LentSandbox> {
  const ended = lending.then(
    (lent) => ({ lent }),
    (error: unknown) => ({ error }),
  );
  const found = await withinTime(ended, openingMs).catch(() => undefined);
  if (found && 'lent' in found) return found.lent;
  if (found) throw found.error;
  void ended.then((late) => 'lent' in late && late.lent.giveBack());
  throw new WhetstoneError('unavailable', 'the sandbox is still being opened and tried; ask again in a moment');
}

/** They are planned and written at once: beyond this the server would be away for seconds. */
const mostSamples = 100_000;

interface Parts extends Pick<Dependencies, 'limitsOf' | 'begin'> {
  request: EvalRunRequest;
  dataset: Dataset;
  chosen: readonly Problem[];
  solver: Solver;
}

async function prepared({ request, dataset, chosen, solver, limitsOf, begin }: Parts): Promise<PreparedRun> {
  const { seed = 0, workers = 10, budgetUsd, subject } = request;
  // Those that recorded samples leave out are no part of the run.
  const problems = chosen.filter((problem) => solver.samplesOf?.(problem) !== 0);
  if (problems.length === 0) throw new WhetstoneError('invalid', 'no problem is left to run');
  const samples = samplesPerProblemOf(problems, solver, request.samplesPerProblem);
  const sampleCount = problems.reduce((sum, problem) => sum + samples.of(problem), 0);
  if (sampleCount > mostSamples)
    throw invalidField(
      'samplesPerProblem',
      `${problems.length} problems come to ${sampleCount} samples, more than the ${mostSamples} of one run`,
    );
  const places = new Map(dataset.problems.map(({ id }, place) => [id, place]));
  const plan = planOf(problems, samples.of, seed);
  const { size, lanes } = cuttingOf(plan.length, { timeoutMs: request.timeoutMs ?? dataset.timeoutMs, workers });
  const shards = cutPlan(
    plan.map(({ problem, sampleIndex }): [number, number] => [places.get(problem.id)!, sampleIndex]),
    size,
  );
  const asks = subject.kind === 'model' || subject.kind === 'command';
  const estimate = asks ? solver.estimate?.(problems, samples.most) : { costUsd: 0, worstCaseUsd: 0 };
  const worstCaseUsd = estimate?.worstCaseUsd;
  if (budgetUsd !== undefined && worstCaseUsd === undefined)
    throw invalidField(
      'budgetUsd',
      `nobody knows what an answer of ${solver.subject.label} costs, so no budget can be kept`,
    );
  // Recorded answers are stored now; whoever grades them later needs no file.
  const answers =
    subject.kind === 'samples'
      ? await Promise.all(
          plan.map(async ({ problem, sampleIndex }) =>
            generationOf(
              problem.id,
              sampleIndex,
              await bounded(solver).solve(problem, sampleIndex, new AbortController().signal),
            ),
          ),
        )
      : [];
  const identity = identityOf(request, solver.subject);

  return {
    problemCount: problems.length,
    sampleCount: plan.length,
    estimatedCostUsd: estimate?.costUsd,
    worstCaseUsd,
    async insert(tx, cause) {
      const mostUsd = Math.min(budgetUsd ?? Infinity, worstCaseUsd ?? Infinity);
      await holdToOpenRuns(tx, cause.purpose);
      await holdToDailyBudget(tx, await limitsOf(tx), mostUsd);
      const datasetId = await startRepository.datasetVersion(tx, dataset);
      const subjectId = await startRepository.subject(tx, { ...identity, kind: subject.kind });
      const runId = uuidv7({ msecs: tx.now.getTime() });
      await startRepository.insertRun(tx, {
        id: runId,
        datasetId,
        subjectId,
        buildId: identity.buildId,
        cause,
        request: keptRequest(request),
        subject: solver.subject,
        isWhole: problems.length === dataset.problems.length,
        problemCount: problems.length,
        samplesPerProblem: samples.most,
        sampleCount: plan.length,
        lanes,
        worstCaseUsd,
      });
      await startRepository.insertShards(tx, runId, shards);
      await startRepository.insertAnswers(tx, runId, places, answers);
      await begin(tx, runId);
      return runId;
    },
  };
}
