import type { RolloutPlan } from '@whetstone/shared/contract';
import { compileRuleset, evaluate } from '@whetstone/shared/flags';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OnRunEnded } from '../../src/features/evals/runs/ended-run.ts';
import type { PrepareRun } from '../../src/features/evals/runs/start-run.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { failing, madeRuns } from '../support/made-runs.ts';
import { aFlag } from '../support/flags.ts';

const hourMs = 3_600_000;
const patience = { timeout: 30_000, interval: 50 };

/** The real queue, the real flags, and runs whose verdicts are given. */
describeOnEngines('an eval gate of a rollout plan', (engine) => {
  let app: TestApp;
  let runs: ReturnType<typeof madeRuns>;
  let webhookId: string;
  const { clock, advance } = testClock();
  const at = (hours: number) => new Date(clock() + hours * hourMs).toISOString();

  beforeAll(async () => {
    const prepareRun: PrepareRun = (...wanted) => runs.prepare(...wanted);
    app = await startApp(engine, {
      clock,
      prepareRun,
    });
    webhookId = (await app.admin.createWebhook({ url: 'http://127.0.0.1/hook' })).id;
    const onEnded: OnRunEnded = (...ended) => app.onRunEnded(...ended);
    runs = madeRuns({ database: app.database, projectId: app.projectId, onEnded, now: clock });
    runs.build('good', failing(10));
    runs.build('bad', failing(40));
    await app.work();
  });
  afterAll(() => app.close());

  const planned = (steps: RolloutPlan['steps']) => ({
    rules: [],
    fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 0 },
    rollout: { steps },
  });
  const users = Array.from({ length: 40 }, (_, i) => `user-${i}`);

  /** Who is in: over HTTP, by OFREP, and by a client that evaluates the ruleset itself, which all must say the same. */
  async function share(key: string): Promise<number> {
    const { evaluated, ofrep } = {
      evaluated: await Promise.all(users.map((userId) => app.admin.evaluateFlag({ key, userId }))),
      ofrep: await Promise.all(
        users.map(async (targetingKey) => {
          const answer = await app.call('POST', `/ofrep/v1/evaluate/flags/${key}`, {
            key: app.adminKey,
            body: { context: { targetingKey } },
          });
          return (await answer.json()) as { variant: string };
        }),
      ),
    };
    const ruleset = compileRuleset(JSON.parse(JSON.stringify(await app.admin.getRuleset({}))));
    const local = users.map((userId) => evaluate(ruleset!, key, { userId }, { nowMs: clock() })!.variant);
    expect(ofrep.map(({ variant }) => variant)).toEqual(local);
    expect(evaluated.map(({ variant }) => variant)).toEqual(local);
    return evaluated[0]!.metadata.rolloutPercentage ?? 0;
  }
  const etag = async () => {
    const body = { context: { targetingKey: 'user-1' } };
    const answer = await app.call('POST', '/ofrep/v1/evaluate/flags', { key: app.adminKey, body });
    return answer.headers.get('etag');
  };
  /** How often gates were looked at. */
  const looks = async () =>
    (await app.admin.listJobs({ limit: 500 })).items.filter(
      ({ name, state }) => name === 'flags.gate' && state === 'completed',
    ).length;
  const states = async (key: string) => (await app.admin.getRollout({ key })).steps.map(({ state }) => state);

  it('holds a step back until a run has passed it, and stops the plan when what it carries gets worse', async () => {
    const key = 'gated';
    const gate = { dataset: 'made', minPassRate: 0.85, maxDropPoints: 5 };
    const made = await app.admin.createFlag(
      aFlag(
        key,
        planned([
          { at: at(-2), coverage: 25 },
          { at: at(-1), coverage: 50, gate },
          { at: at(1), coverage: 100 },
        ]),
      ),
    );
    const flag = { key, variant: 'on' };
    expect(await share(key)).toBe(25);
    expect(await states(key)).toEqual(['current', 'waiting', 'planned']);
    const { next } = await app.admin.getRollout({ key });
    expect(next).toMatchObject({ coverage: 50 });
    advance(2 * hourMs);
    expect(await share(key)).toBe(25);
    expect(await states(key)).toEqual(['current', 'waiting', 'waiting']);

    // Measured, but of no flag, of another variant, and too bad.
    await runs.run({ version: 'good' });
    await runs.run({ version: 'good', flag: { key, variant: 'off' } });
    const before = await etag();
    // By an agent's key: the gate looks, and waits for one that is trusted.
    const seen = await looks();
    await runs.run({ version: 'good', flag, role: 'agent' });
    await vi.waitFor(async () => expect(await looks()).toBeGreaterThan(seen), patience);
    expect((await app.admin.getFlag({ key })).version).toBe(1);
    const passing = await runs.run({ version: 'good', flag });
    await vi.waitFor(async () => expect((await app.admin.getFlag({ key })).version).toBe(2), patience);
    expect(await etag()).not.toBe(before);
    const { items } = await app.admin.getFlagHistory({ key, limit: 1 });
    expect(items[0]).toMatchObject({
      action: 'updated',
      actor: { kind: 'system', name: 'eval gate' },
      reason: `gate passed by run ${passing}: a model passes 90.0 % of made, 0.0 points below the run before`,
    });
    const [, second, third] = (await app.admin.getFlag({ key })).rollout!.steps;
    expect(second!.gate).toMatchObject({ ...gate, runId: passing, passedAt: expect.any(String) });
    // Three hours late: what comes after it does, too.
    expect(Date.parse(third!.at) - Date.parse(made.rollout!.steps[2]!.at)).toBeGreaterThan(2.9 * hourMs);
    expect(await share(key)).toBe(50);
    expect(await states(key)).toEqual(['done', 'current', 'next']);

    advance(60_000);
    await runs.run({ version: 'bad', flag });
    const regression = await vi.waitFor(async () => {
      const [found] = (await app.admin.listRegressions({ state: 'confirming' })).items;
      expect(found).toBeDefined();
      return found!;
    }, patience);
    await runs.endReruns(regression.id);
    await vi.waitFor(async () => {
      expect((await app.admin.getRegression({ id: regression.id })).rollback).toMatchObject({ outcome: 'rolled_back' });
      expect((await app.admin.getFlag({ key })).rollout!.pausedAt).toBeDefined();
    }, patience);
    const told = (await app.admin.listWebhookDeliveries({ id: webhookId })).items.map(({ event }) => event);
    expect(told.toReversed()).toEqual(['regression.suspected', 'regression.alert', 'rollback.done']);
    const changes = (await app.admin.getFlagHistory({ key })).items.slice(0, 2);
    expect(new Set(changes.map(({ actor }) => actor.name))).toEqual(new Set(['automatic rollback', 'eval gate']));
    for (const { reason } of changes) expect(reason).toContain(`regression ${regression.id}`);
    expect((await states(key)).at(-1)).toBe('held');
    advance(24 * hourMs);
    expect((await app.admin.evaluateFlag({ key, userId: 'user-1' })).variant).toBe('off');
  });

  it('is opened by the server alone', async () => {
    const key = 'forged';
    const forged = { dataset: 'made', passedAt: at(-1), runId: crypto.randomUUID() };
    const steps = [{ at: at(-1), coverage: 100, gate: forged }];
    const made = await app.admin.createFlag(aFlag(key, planned(steps)));
    expect(made.rollout!.steps[0]!.gate).toEqual({ dataset: 'made' });
    await app.admin.updateFlag({ ...made, rollout: { steps } });
    await app.admin.putRollout({ key, steps });
    const document = { flags: [{ ...made, rollout: { steps } }], segments: [] };
    await app.admin.importFlags({ format: 'whetstone', document });
    expect((await app.admin.getFlag({ key })).rollout!.steps[0]!.gate).toEqual({ dataset: 'made' });
    expect(await share(key)).toBe(0);
    // What the server has opened stays open in a flag that is sent back.
    const opened = await app.admin.getFlag({ key: 'gated' });
    const again = await app.admin.updateFlag({ ...opened, description: 'sent back' });
    expect(again.rollout).toEqual(opened.rollout);
  });

  it('stays closed for a run that ended before the step in front of it came into force', async () => {
    const key = 'too-early';
    const flag = { key, variant: 'on' };
    const steps = [
      { at: at(1), coverage: 10 },
      { at: at(2), coverage: 50, gate: { dataset: 'made' } },
    ];
    const before = await looks();
    await app.admin.createFlag(aFlag(key, planned(steps)));
    await runs.run({ version: 'good', flag });
    await vi.waitFor(async () => expect(await looks()).toBe(before + 2), patience);
    advance(3 * hourMs);
    // Written again, the gate is asked again, and knows no run that counts.
    const made = await app.admin.getFlag({ key });
    await app.admin.updateFlag({ ...made, description: 'asked again' });
    await vi.waitFor(async () => expect(await looks()).toBe(before + 3), patience);
    expect(await share(key)).toBe(10);
    await runs.run({ version: 'good', flag });
    await vi.waitFor(async () => expect(await share(key)).toBe(50), patience);
  });
});
