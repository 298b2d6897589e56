import { evalRuns, type EvalRunsOptions } from '../../src/features/evals/runs/runs.ts';
import type { EndedRun } from '../../src/features/evals/runs/ended-run.ts';
import { jobScope } from '../../src/features/evals/runs/run-scope.ts';
import { silentLog } from './engines.ts';
import type { TestApp } from './app.ts';

interface Message {
  name: string;
  input: unknown;
  startAfter?: Date;
}

/**
 * Runs of evals over the database of an app, whose messages a test delivers by hand: twice, at once, in any order, or not at
 * all. Everything else is real.
 */
export function drivenRuns(app: TestApp, options: Partial<EvalRunsOptions> & Pick<EvalRunsOptions, 'config'>) {
  const { database, projectId } = app;
  const messages: Message[] = [];
  const ended: EndedRun[] = [];
  const woken: string[] = [];
  const runs = evalRuns({
    database,
    queue: {
      async send(job, input, { tx, startAfter } = {}) {
        const message = { name: job.name, input, ...(startAfter && { startAfter }) };
        if (tx) tx.afterCommit(() => void messages.push(message));
        else messages.push(message);
        return '';
      },
    },
    clock: Date.now,
    log: silentLog,
    findProjectDataset: async () => undefined,
    limitsOf: async () => ({ runsPerHour: 60, dailyBudgetUsd: null }),
    count: async () => 1,
    onEnded: [async (_, run) => void ended.push(run)],
    wake: (runId) => void woken.push(runId),
    ...options,
  });
  const scope = jobScope(database, projectId);

  /** One delivery; how it was refused, if it was. */
  async function deliver({ name, input }: Message, { attempt = 1, signal = new AbortController().signal } = {}) {
    const job = runs.jobs.find((each) => each.name === name)!;
    try {
      await job.run(job.input.parse(input), { projectId, attempt, signal, log: silentLog });
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  return {
    ...runs,
    scope,
    messages,
    ended,
    woken,
    deliver,
    async start(request: Parameters<typeof runs.prepare>[1], cause = { purpose: 'run' as const, startedBy: 'a test' }) {
      const prepared = await runs.prepare(scope, request);
      return scope.transaction((tx) => prepared.insert(tx, cause));
    },
    /** Every message so many times at once, until none is left. What was refused comes again. */
    async drive({ times = 1 } = {}) {
      for (let rounds = 0; messages.length > 0 && rounds < 200; rounds++) {
        const taken = messages.splice(0);
        const copies = taken.flatMap((message) => Array.from({ length: times }, () => message));
        const refusals = await Promise.all(copies.map((message) => deliver(message)));
        for (const [index, refusal] of refusals.entries()) if (refusal) messages.push(copies[index]!);
      }
      if (messages.length > 0) throw new Error(`messages that nobody takes: ${JSON.stringify(messages)}`);
    },
  };
}
