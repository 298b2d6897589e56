import { semaphore } from '../../semaphore.ts';
import { openScratch } from '../../tasks/scratch.ts';
import { historyOf, type History } from '../history.ts';
import { nextMove, searchRuns, type BisectAnswer, type BisectRules } from '../next-move.ts';
import type { BisectFolder, RecordedRun } from './bisect-folder.ts';
import { openCheckouts } from './checkouts.ts';
import type { Commit } from './commit-range.ts';
import { runTest } from './run-test.ts';

export interface BisectCommitsOptions {
  repo: string;
  commits: readonly Commit[];
  weights: readonly number[] | undefined;
  command: string;
  rules: BisectRules;
  /** Runs at the commit of each step of the search. */
  runsPerStep: number;
  /** Runs at a time. */
  jobs: number;
  timeoutMs: number;
  keepsIgnored: boolean;
  folder: BisectFolder;
  signal: AbortSignal;
  onRun: (run: RecordedRun, history: History) => void;
}

export interface EndedBisect {
  answer: BisectAnswer;
  history: History;
}

/**
 * Makes one move after another until there is an answer. Each follows from the runs on the disk alone, so that a bisect that
 * was killed goes on as it would have; what was under way when it was is begun anew.
 */
export async function bisectCommits(options: BisectCommitsOptions): Promise<EndedBisect> {
  const { commits, weights, command, rules, runsPerStep, jobs, timeoutMs, folder, onRun } = options;
  const scratch = await openScratch();
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    const checkouts = await openCheckouts(options.repo, scratch.folder, options);
    const turns = semaphore(jobs);
    const history = () => historyOf(commits.length, folder.runs, weights);

    const runOnce = async (phase: RecordedRun['phase'], index: number, run: number) => {
      await turns.acquire();
      try {
        signal.throwIfAborted();
        const { hash } = commits[index]!;
        const end = await checkouts.use(
          hash,
          async (copy) => await runTest(command, copy, { hash, index, run }, { timeoutMs, signal }),
        );
        const recorded = { index, commit: hash, run, phase, ...end };
        await folder.record(recorded);
        onRun(recorded, history());
      } catch (error) {
        // The others are not waited for: what they would find is found when the bisect is gone on with.
        failed.abort(error);
        throw error;
      } finally {
        turns.release();
      }
    };
    const runAll = async (phase: RecordedRun['phase'], index: number, times: number) => {
      const done = new Set(folder.runs.filter((run) => run.index === index).map(({ run }) => run));
      const numbers: number[] = [];
      for (let run = 1; numbers.length < times; run++) if (!done.has(run)) numbers.push(run);
      return await settled(numbers.map((run) => runOnce(phase, index, run)));
    };

    for (;;) {
      signal.throwIfAborted();
      const seen = history();
      const begun = begunStep(seen, options);
      if (begun) {
        await runAll('search', begun.index, begun.times);
        continue;
      }
      const move = nextMove(seen, rules);
      if (move.kind === 'answer') return { answer: move.answer, history: seen };
      if (move.kind === 'run')
        await runAll('search', move.index, Math.min(runsPerStep, rules.maxRuns - searchRuns(seen)));
      else await settled([runAll('seed', 0, move.good), runAll('seed', commits.length - 1, move.bad)]);
    }
  } finally {
    await scratch.remove();
  }
}

/** A step that was cut off in the middle: it is brought to its end first, so that the next one is what it would have been. */
function begunStep(history: History, { rules, runsPerStep }: Pick<BisectCommitsOptions, 'rules' | 'runsPerStep'>) {
  const last = history.positions.length - 1;
  const index = history.positions.findIndex(
    ({ runs, isSkipped }, at) => at > 0 && at < last && !isSkipped && runs % runsPerStep !== 0,
  );
  if (index === -1) return undefined;
  const lacking = runsPerStep - (history.positions[index]!.runs % runsPerStep);
  const times = Math.min(lacking, rules.maxRuns - searchRuns(history));
  return times > 0 ? { index, times } : undefined;
}

/** All of them at their end, for their folders are about to go; then the first failure, if there is one. */
async function settled(works: Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(works);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
