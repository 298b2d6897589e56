import { compileRuleset, evaluate } from '@whetstone/shared/flags';
import { expect, vi } from 'vitest';
import type { OnRunEnded } from '../../src/features/evals/runs/ended-run.ts';
import type { PrepareRun } from '../../src/features/evals/runs/start-run.ts';
import { startApp, testClock } from './app.ts';
import type { Engine } from './engines.ts';
import { failing, madeRuns } from './made-runs.ts';

const patience = { timeout: 30_000, interval: 50 };
export const users = Array.from({ length: 2_000 }, (_, i) => `user-${i}`);

/** An app with the real queue and the real flags, where what a version makes of 200 problems is given. */
export async function madeGuidance(engine: Engine, openAiUrl = 'http://127.0.0.1:9') {
  const { clock, advance } = testClock();
  const prepareRun: PrepareRun = (...wanted) => runs.prepare(...wanted);
  const app = await startApp(engine, { clock, prepareRun, evals: { openai: { baseUrl: openAiUrl } } });
  const onEnded: OnRunEnded = (...ended) => app.onRunEnded(...ended);
  const runs = madeRuns({ database: app.database, projectId: app.projectId, onEnded, problems: 200, now: clock });

  /** So many of 200 problems fail with this version, at a price for each answer. */
  function behaves(version: string, failures: number, usd = 0.01) {
    runs.build(version, failing(failures));
    runs.answerCost(version, usd);
  }
  behaves('', 80);
  await app.work();

  let rules = 0;
  const create = async (failures: number, usd?: number) => {
    const { version } = await app.admin.createGuidance({ rules: [{ text: `Keep to rule number ${++rules}` }] });
    behaves(version, failures, usd);
    return version;
  };
  const release = (version: string, change: object = {}) =>
    app.admin.releaseGuidance({ version, dataset: 'made', model: 'a model', ...change });
  const endRuns = async (version: string, status?: 'failed' | 'cancelled') => {
    const { gate } = await app.admin.getGuidanceVersion({ version });
    await runs.end(gate!.runs.without!);
    await runs.end(gate!.runs.with!, status);
  };
  const decided = (version: string) =>
    vi.waitFor(async () => {
      const found = await app.admin.getGuidanceVersion({ version });
      expect(found.gate!.decision).not.toBe('pending');
      return found;
    }, patience);
  const gated = async (version: string, change: object = {}) => {
    await release(version, change);
    await endRuns(version);
    return decided(version);
  };
  /** Who gets what, by a client that evaluates the ruleset itself. */
  const variants = async () => {
    const ruleset = compileRuleset(JSON.parse(JSON.stringify(await app.admin.getRuleset({}))));
    return new Map(
      users.map((userId) => [userId, evaluate(ruleset!, 'guidance', { userId }, { nowMs: clock() })?.variant]),
    );
  };
  const statusOf = async (version: string) => (await app.admin.getGuidanceVersion({ version })).status;
  return { app, clock, advance, runs, behaves, create, release, endRuns, decided, gated, variants, statusOf };
}

export const share = (of: Map<string, string | undefined>, variant: string) =>
  [...of.values()].filter((each) => each === variant).length / of.size;
