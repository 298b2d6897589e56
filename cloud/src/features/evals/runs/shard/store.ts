import type { Generation, SampleResult } from '@whetstone/evals';
import type { Written } from './repository.ts';

/** What a shard finds, on its way into the database. */
export interface ShardStore {
  /** Resolves when the answer is kept. Those that wait at one time share a transaction. */
  keep(generation: Generation): Promise<void>;
  /** Kept with what comes next, or a little later. */
  report(result: SampleResult): void;
  /** What an answer cost, and what of its reservation is free again. */
  settle(paidUsd: number, releasedUsd: number): void;
  /** Resolves when everything is kept. */
  drain(): Promise<void>;
}

interface Options {
  placeOf: (problemId: string) => number;
  write: (batch: Written) => Promise<void>;
  /** Called at once when something could not be kept; it also rejects those who wait, and `drain`. */
  onFailure: (error: unknown) => void;
}

/** How long results wait for others, and for how many. */
const waitMs = 250;
const together = 10;

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

export function shardStore({ placeOf, write, onFailure }: Options): ShardStore {
  let answers: Generation[] = [];
  let results: SampleResult[] = [];
  let paidUsd = 0;
  let releasedUsd = 0;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failure: { error: unknown } | undefined;

  const isEmpty = () => answers.length === 0 && results.length === 0 && paidUsd === 0 && releasedUsd === 0;

  async function run() {
    while (!failure && !isEmpty()) {
      const batch: Written = {
        answers: answers.map((generation) => ({ problem: placeOf(generation.problemId), generation })),
        results: results.map((result) => ({ problem: placeOf(result.problemId), result })),
        paidUsd,
        releasedUsd,
      };
      const served = waiting;
      answers = [];
      results = [];
      paidUsd = 0;
      releasedUsd = 0;
      waiting = [];
      try {
        await write(batch);
        for (const { resolve } of served) resolve();
      } catch (error) {
        failure = { error };
        onFailure(error);
        for (const { reject } of served) reject(error);
      }
    }
    if (failure) for (const { reject } of waiting.splice(0)) reject(failure.error);
    writing = undefined;
  }

  function writeSoon() {
    clearTimeout(timer);
    timer = undefined;
    // In a turn of its own, so that what is found at the same time goes together.
    writing ??= Promise.resolve().then(run);
  }

  return {
    keep: (generation) =>
      new Promise((resolve, reject) => {
        answers.push(generation);
        waiting.push({ resolve, reject });
        writeSoon();
      }),
    report(result) {
      results.push(result);
      if (results.length >= together) writeSoon();
      else timer ??= setTimeout(writeSoon, waitMs);
    },
    settle(paid, released) {
      paidUsd += paid;
      releasedUsd += released;
      timer ??= setTimeout(writeSoon, waitMs);
    },
    async drain() {
      writeSoon();
      while (writing) await writing;
      clearTimeout(timer);
      if (failure) throw failure.error;
    },
  };
}
