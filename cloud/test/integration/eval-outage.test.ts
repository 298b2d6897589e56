import type { EvalRunRequest } from '@whetstone/shared/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startE2bStandIn } from '../../../evals/test/support/e2b-stand-in.ts';
import { runRepository } from '../../src/features/evals/runs/repository.ts';
import { runView } from '../../src/features/evals/runs/run-view.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { pglite } from '../support/engines.ts';
import { drivenRuns } from '../support/eval-runs.ts';

const minuteMs = 60_000;
const request: EvalRunRequest = {
  dataset: 'starter',
  subject: { kind: 'reference' },
  problems: ['python-split-bill', 'python-lru-replay'],
  sandbox: 'e2b',
  timeoutMs: 10_000,
};

// The stand-in runs machines as root, as E2B does. The engine of the database makes no difference.
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(
  `a run whose rented machines cannot be had${isRoot ? '' : ' (skipped: the stand-in for them needs root)'}`,
  () => {
    let app: TestApp;
    let standIn: Awaited<ReturnType<typeof startE2bStandIn>>;
    let runs: ReturnType<typeof drivenRuns>;
    const { clock, advance } = testClock();
    let isDown = false;

    beforeAll(async () => {
      standIn = await startE2bStandIn({ fault: () => (isDown ? 'refuse' : undefined) });
      app = await startApp(pglite);
      const e2b = { ...standIn.config, pauseMs: () => 1 };
      runs = drivenRuns(app, {
        clock,
        config: {
          datasetsDir: app.directory,
          reposDirs: [],
          cacheDir: app.directory,
          openai: {},
          e2b,
        },
      });
    });
    afterAll(async () => {
      await runs.stop();
      await app.close();
      await standIn.close();
    });

    const runOf = (runId: string) =>
      runs.scope.transaction(async (tx) => runView((await runRepository.find(tx, runId))!));
    /** The message that was sent, which a test hands out at its time. */
    const next = async () => {
      const message = runs.messages.shift()!;
      expect(await runs.deliver(message)).toBeUndefined();
      return runs.messages[0]!;
    };

    it('waits for them before it begins, and goes on when they are there', async () => {
      isDown = true;
      const runId = await runs.start(request);
      const sinceMs = clock();
      const first = await next();
      expect(first).toMatchObject({ name: 'evals.shard', input: { runId, shard: 0 } });
      const { awaySinceMs } = first.input as { awaySinceMs: number };
      expect(awaySinceMs).toBeGreaterThanOrEqual(sinceMs);
      expect(first.startAfter!.getTime() - awaySinceMs).toBeGreaterThanOrEqual(10_000);
      advance(5 * minuteMs);
      // The time counts from the first look.
      expect(await next()).toMatchObject({ input: { awaySinceMs } });
      expect(await runOf(runId)).toMatchObject({ status: 'running', doneCount: 0 });
      isDown = false;
      await runs.drive();
      expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 2 } });
    });

    it('waits for those that go in the middle, and calls what is missing after a quarter of an hour an error', async () => {
      const runId = await runs.start(request);
      isDown = true;
      await next();
      expect(await runOf(runId)).toMatchObject({ status: 'running', doneCount: 0 });
      advance(14 * minuteMs);
      await next();
      expect(await runOf(runId)).toMatchObject({ status: 'running', doneCount: 0 });
      advance(minuteMs);
      await next();
      await runs.drive();
      expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 0, failed: 0, error: 2 } });

      isDown = false;
      await app.admin.resumeEvalRun({ runId });
      runs.messages.push({ name: 'evals.shard', input: { runId, shard: 0 } });
      await runs.drive();
      expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 2, error: 0 } });
    });
  },
);
