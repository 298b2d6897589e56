import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { graderOf, type Grade } from '../graders/grade.ts';
import type { Dataset, Problem } from '../problem.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Solver } from '../solvers/solver.ts';
import { openBudget } from './budget.ts';
import { doSamples, resultOf, spentOn, type SampleWork, type Undone } from './do-samples.ts';
import type { RunEvent } from './events.ts';
import type { GenerationCache } from './generation-cache.ts';
import { manifestOf, type Executor, type RunOrigin } from './manifest.ts';
import { planOf, samplesPerProblemOf, type Sample } from './plan.ts';
import { progressOf } from './progress.ts';
import { readResults, readRun, type RecordedRun } from './read-run.ts';
import { sampleKey, type SampleResult } from './result.ts';
import { refuseNone, refuseUngradable, refuseUnknownPrice } from './refusals.ts';
import { fileNames, openRunDirectory, writeWhole, type RunDirectory } from './run-directory.ts';
import { stopSignals } from './stop-signals.ts';
import { summarize, type RunSummary } from './summary.ts';

export interface RunOptions {
  dataset: Dataset;
  /** Those of the data set to run; all by default. */
  problems?: readonly Problem[];
  solver: Solver;
  sandbox: Sandbox | Executor;
  /** The way each kind of problem is graded, unless a caller has its own. */
  grade?: Grade;
  /** Default 1; where answers were recorded, as many as there are. */
  samplesPerProblem?: number;
  /** Asks at a time; gradings as many, up to the number of cores. */
  workers: number;
  /** Of this run, all its sessions together. */
  budgetUsd?: number;
  /** Lets a budget stand although nobody knows what an answer costs: then it only stops after known costs have reached it. */
  allowUnknownPrice?: boolean;
  cache?: GenerationCache;
  /** How often samples whose answer could not be had are asked for again, after all others. Default 1. */
  retryErrors?: number;
  outDir: string;
  seed: number;
  /** Default: the data set's. */
  timeoutMs?: number;
  hashSeed: number;
  origin?: Omit<RunOrigin, 'startedAt'>;
  signal: AbortSignal;
  /** After the signal, what is in flight may take this long to end by itself. */
  graceMs?: number;
  onEvent?: (event: RunEvent) => void;
  /** Writes what is made of the run's files while nobody else may change them; also when the run came to no good end. */
  report?: (run: RecordedRun) => Promise<void>;
  now?: () => number;
}

/**
 * Runs a subject over a data set, or goes on with a run that was cut off: the directory is the run's memory. Answers that are
 * there are not asked for again, verdicts that are there are not found again, and what had trouble or was skipped is done anew.
 */
export async function runEval(options: RunOptions): Promise<RunSummary> {
  const { dataset, solver, sandbox, workers, outDir, seed, onEvent = () => {}, now = Date.now } = options;
  // Those that recorded samples leave out are no part of the run.
  const problems = (options.problems ?? dataset.problems).filter((problem) => solver.samplesOf?.(problem) !== 0);
  refuseNone(problems);
  if ('grade' in sandbox) refuseUngradable(problems, sandbox);
  const timeoutMs = options.timeoutMs ?? dataset.timeoutMs;
  const grade = options.grade ?? defaultGrade(sandbox, dataset.preamble, timeoutMs);
  const samples = samplesPerProblemOf(problems, solver, options.samplesPerProblem);
  const manifest = manifestOf({
    dataset,
    problems,
    solver,
    sandbox,
    samplesPerProblem: samples.most,
    timeoutMs,
    hashSeed: options.hashSeed,
    seed,
  });
  const plan = planOf(problems, samples.of, seed);
  const { budgetUsd } = options;
  if (budgetUsd !== undefined && !options.allowUnknownPrice) refuseUnknownPrice(solver, problems, budgetUsd);

  const startedAtMs = now();
  const origin = { startedAt: new Date(startedAtMs).toISOString(), ...options.origin };
  const directory = await openRunDirectory(outDir, manifest, origin);
  const stopping = stopSignals(options.signal, options.graceMs ?? 5_000, onEvent);
  try {
    const pending = plan.filter(
      ({ problem, sampleIndex }) => !directory.graded.has(sampleKey(problem.id, sampleIndex)),
    );
    const toAsk = pending.filter(({ problem, sampleIndex }) => !directory.hasGeneration(problem.id, sampleIndex));
    const estimate = solver.estimate && estimateOf(solver.estimate, toAsk);
    const doneBefore = plan.length - pending.length;
    onEvent({
      type: 'started',
      manifestHash: directory.record.manifestHash,
      outDir,
      problemCount: problems.length,
      sampleCount: plan.length,
      doneBefore,
      answeredBefore: pending.length - toAsk.length,
      ...(estimate && { estimate }),
    });

    const byId = new Map(problems.map((problem) => [problem.id, problem]));
    const budget = openBudget(
      budgetUsd,
      directory.paidBefore.map(({ problemId, costUsd }) => ({
        costUsd,
        worstCaseUsd: worstCaseOf(byId.get(problemId)),
      })),
    );
    const counts = { ...directory.gradedBefore };
    const report = async (result: SampleResult) => {
      await directory.results.append(result);
      counts[result.status] += 1;
      onEvent({ type: 'result', result });
      const state = {
        counts,
        total: plan.length,
        doneBefore,
        elapsedMs: now() - startedAtMs,
        paidUsd: budget.paidUsd(),
      };
      onEvent({ type: 'progress', progress: progressOf(state) });
    };

    const takesTime = manifest.subject.kind === 'model' || manifest.subject.kind === 'command';
    const undone = await doAll(pending, options.retryErrors ?? 1, onEvent, {
      directory,
      solver,
      grade,
      cache: samples.most === 1 ? options.cache : undefined,
      budget,
      budgetReason: `the budget of $${budgetUsd} could have been passed`,
      width: workers,
      gradeWidth: Math.min(workers, availableParallelism()),
      stop: stopping.stop,
      cut: stopping.cut,
      halt: stopping.halt,
      warn: warnOnce(onEvent),
      onVerdict: (sample, generation, verdict) => report(resultOf(sample, generation, verdict, takesTime)),
    });
    for (const result of await linesOfUndone(directory, undone)) await report(result);

    const summary = summarize(directory.record, await readResults(outDir), new Date(now()).toISOString());
    await writeWhole(join(outDir, fileNames.summary), `${JSON.stringify(summary, null, 2)}\n`);
    await options.report?.(await readRun(outDir));
    if (stopping.problem()) throw stopping.problem();
    onEvent({ type: 'done', summary });
    return summary;
  } finally {
    stopping.end();
    await directory.close();
  }

  function worstCaseOf(problem: Problem | undefined) {
    return problem && solver.worstCaseUsd?.(problem);
  }
}

function defaultGrade(sandbox: Sandbox | Executor, preamble: Dataset['preamble'], timeoutMs: number): Grade {
  if ('grade' in sandbox) return graderOf({ sandbox, preamble, timeoutMs });
  throw new Error('an executor that runs nothing comes with its own way to grade');
}

/** All samples, and those that had trouble once more after all others. What is still undone comes back. */
async function doAll(
  samples: readonly Sample[],
  retryErrors: number,
  onEvent: (event: RunEvent) => void,
  work: SampleWork,
): Promise<Undone[]> {
  let undone = await doSamples(samples, work);
  for (let round = 1; !work.stop.aborted; round++) {
    const again = undone.filter(
      ({ cause }) => (cause === 'ask' && round <= retryErrors) || (cause === 'grade' && round === 1),
    );
    const [first] = again;
    if (!first) break;
    onEvent({ type: 'again', sampleCount: again.length, detail: first.detail });
    const rest = undone.filter((item) => !again.includes(item));
    undone = [
      ...rest,
      ...(await doSamples(
        again.map(({ sample }) => sample),
        work,
      )),
    ];
  }
  return undone;
}

/** So that every sample has its line in the end. */
async function linesOfUndone(directory: RunDirectory, undone: readonly Undone[]): Promise<SampleResult[]> {
  const lines: SampleResult[] = [];
  for (const { sample, status, detail } of undone) {
    const { problem, sampleIndex } = sample;
    const generation = await directory.generation(problem.id, sampleIndex);
    lines.push({
      problemId: problem.id,
      sampleIndex,
      status,
      detail,
      timeMs: generation?.solveMs ?? 0,
      ...(generation && spentOn(generation)),
    });
  }
  return lines;
}

function estimateOf(estimate: NonNullable<Solver['estimate']>, toAsk: readonly Sample[]) {
  // Samples of one problem differ in nothing that costs.
  return toAsk.length === 0
    ? undefined
    : estimate(
        toAsk.map(({ problem }) => problem),
        1,
      );
}

function warnOnce(onEvent: (event: RunEvent) => void) {
  const said = new Set<string>();
  return (message: string) => {
    if (said.has(message)) return;
    said.add(message);
    onEvent({ type: 'warning', message });
  };
}
