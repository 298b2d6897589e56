import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ctx } from '../../src/context.ts';
import { experimentService } from '../../src/features/flags/experiments/service.ts';
import { expireExposures } from '../../src/features/flags/exposures/expire.ts';
import { exposureRepository } from '../../src/features/flags/exposures/repository.ts';
import { rollUpExposures } from '../../src/features/flags/exposures/roll-up.ts';
import { knownVersions } from '../../src/features/flags/known-versions.ts';
import { correctedShare } from '../../src/features/feedback/capture/repository.ts';
import { metricRowsWith } from '../../src/features/portfolio/record/repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

type Entry = Input<WhetstoneContract['recordExposures']>['exposures'][number];
type Outcome = Input<WhetstoneContract['recordOutcome']>;

const hourMs = 3_600_000;
const now = Date.now();
const ago = (hours: number) => new Date(now - hours * hourMs).toISOString();

/** Uniform on [0, 1), the same every time: a linear congruential generator is random enough for tests of tests. */
function randomFrom(seed: number) {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** Half get on, half off, whoever they are. */
const split = (key: string) =>
  aFlag(key, {
    rules: [],
    fallthrough: {
      split: [
        { variant: 'on', weight: 1 },
        { variant: 'off', weight: 1 },
      ],
    },
  });

describeOnEngines('an experiment', (engine) => {
  let app: TestApp;
  let agent: TestApp['admin'];
  beforeAll(async () => {
    app = await startApp(engine);
    agent = app.clientOf(await app.keyWith('agent'));
  });
  afterAll(() => app.close());

  const expose = (...exposures: Entry[]) => agent.recordExposures({ exposures });
  const record = (outcome: Partial<Outcome>) =>
    agent.recordOutcome({ taskType: 'fix', model: 'some-model', timeMs: 1_000, success: true, ...outcome });
  const ask = (key: string, input: Partial<Input<WhetstoneContract['getExperiment']>> = {}) =>
    app.admin.getExperiment({ key, ...input });
  const on = (flag: string, userId: string, rest: Partial<Entry> = {}): Entry => ({
    flag,
    variant: 'on',
    reason: 'SPLIT',
    flagVersion: 1,
    userId,
    firstAt: ago(10),
    ...rest,
  });
  const off = (flag: string, userId: string, rest: Partial<Entry> = {}) =>
    on(flag, userId, { variant: 'off', ...rest });
  const meansOf = async (key: string, input: Parameters<typeof ask>[1] = {}) => {
    const { variants } = await ask(key, input);
    return Object.fromEntries(variants.map(({ variant, units, outcomes, mean }) => [variant, [units, outcomes, mean]]));
  };

  describe('of 300 agents, recorded through the API', () => {
    const users = Array.from({ length: 300 }, (_, i) => `agent-${i}`);
    const served = async (key: string, userId: string): Promise<Entry> => {
      const { variant, reason, flagVersion } = await agent.evaluateFlag({ key, userId });
      return { flag: key, variant, reason, flagVersion, userId, taskId: `task of ${userId}`, firstAt: ago(48) };
    };

    // "new-prompt" raises success from 30 to 75 % and lowers the cost by 0.5 of a dollar; "nothing" does nothing;
    // "broken" does nothing either, but every second exposure of its variant "on" gets lost.
    beforeAll(async () => {
      const random = randomFrom(7);
      for (const key of ['new-prompt', 'nothing', 'broken']) await app.admin.createFlag(split(key));
      const exposures: Entry[][] = [[], [], []];
      const records: Promise<unknown>[] = [];
      for (const [i, userId] of users.entries()) {
        const [prompt, nothing, broken] = await Promise.all(
          ['new-prompt', 'nothing', 'broken'].map((key) => served(key, userId)),
        );
        exposures[0]!.push(prompt!);
        exposures[1]!.push(nothing!);
        if (broken!.variant === 'off' || i % 2 > 0) exposures[2]!.push(broken!);
        const isOn = prompt!.variant === 'on';
        const usual = 1 + 3 * random();
        const cost = () => usual + 0.2 * random();
        records.push(
          record({ taskId: `before ${userId}`, userId, at: ago(200), costUsd: cost(), success: random() < 0.3 }),
          record({
            taskId: `task of ${userId}`,
            userId,
            at: ago(47),
            success: random() < (isOn ? 0.75 : 0.3),
            costUsd: cost() + (isOn ? -0.5 : 0),
            metrics: { toolCalls: 10 + Math.floor(5 * random()) },
          }),
        );
        if (records.length >= 40) await Promise.all(records.splice(0));
      }
      await Promise.all(records);
      for (const some of exposures) await expose(...some);
    }, 120_000);

    it('finds the effect that is there, and says so in words', async () => {
      const answer = await ask('new-prompt');
      expect(answer).toMatchObject({ kind: 'rate', better: 'higher', control: 'off', crossovers: 0, contradicted: 0 });
      expect(answer.variants.map(({ unitsWithOutcome }) => unitsWithOutcome).reduce((a, b) => a + b)).toBe(300);
      const [comparison] = answer.comparisons;
      const [low, high] = comparison!.absolute!.interval;
      expect(low).toBeLessThan(0.45);
      expect(high).toBeGreaterThan(0.45);
      expect(comparison!.absolute!.p).toBeLessThan(1e-6);
      expect(comparison!.relative!.lift).toBeGreaterThan(0.5);
      // Whoever looks all the time pays with a wider interval.
      const always = comparison!.sequential!;
      expect(always.interval[0]).toBeLessThan(low);
      expect(always.interval[1]).toBeGreaterThan(high);
      expect(always.p).toBeLessThan(0.05);
      expect(answer.variants.find(({ variant }) => variant === 'on')!.chanceToBeBest).toBeGreaterThan(0.999);
      expect(comparison!.risk!.choosingVariant).toBeLessThan(1e-6);
      expect(answer.sampleRatio).toMatchObject({ checkedUnits: 300, uncheckedUnits: 0 });
      expect(answer.sampleRatio.p).toBeGreaterThan(0.001);
      expect(answer.decision).toEqual({
        state: 'better',
        text: expect.stringMatching(
          /^"on" is better than "off": success \+\d+(\.\d)? points \(\+.* at every look\)\.$/,
        ),
      });
    });

    it('sees a small effect on a noisy cost only with what the same agents cost before', async () => {
      const { comparisons, better } = await ask('new-prompt', { metric: 'costUsd' });
      expect(better).toBe('lower');
      const { adjusted, absolute, chanceToWin } = comparisons[0]!;
      expect(adjusted.unitsWithPast).toBe(300);
      expect(adjusted.varianceReduction).toBeGreaterThan(0.9);
      const [low, high] = adjusted.absolute!.interval;
      expect(low).toBeLessThan(-0.5);
      expect(high).toBeGreaterThan(-0.5);
      expect(high - low).toBeLessThan((absolute!.interval[1] - absolute!.interval[0]) / 3);
      expect(chanceToWin).toBeGreaterThan(0.95);
    });

    it('finds nothing where there is nothing', async () => {
      for (const metric of ['toolCalls', 'success']) {
        const { comparisons, decision, sampleRatio } = await ask('nothing', { metric });
        expect(['too_early', 'no_difference']).toContain(decision.state);
        const [low, high] = comparisons[0]!.sequential!.interval;
        expect(low).toBeLessThan(0);
        expect(high).toBeGreaterThan(0);
        expect(sampleRatio.p).toBeGreaterThan(0.001);
      }
    });

    it('believes no figure when the split did not hold', async () => {
      const { sampleRatio, decision, comparisons } = await ask('broken');
      expect(sampleRatio.p).toBeLessThan(0.001);
      expect(decision.state).toBe('srm_broken');
      expect(comparisons[0]!.decision.text).toContain('find out why');
    });

    it('says the same after roll-up and retention have been at the exposures', async () => {
      const before = await ask('new-prompt', { timeRange: '90d' });
      await rollUpExposures({ database: app.database });
      await expireExposures({ database: app.database, keep: { usageDays: 400, exposureDays: 90 } });
      const after = await ask('new-prompt', { timeRange: '90d' });
      expect({ ...after, from: '', to: '' }).toEqual({ ...before, from: '', to: '' });
    });

    it('has no corrections to tell of, and says so', async () => {
      const answer = await ask('new-prompt', { metric: 'corrected' });
      expect(answer.kind).toBeUndefined();
      expect(answer.variants.map(({ unitsWithOutcome }) => unitsWithOutcome)).toEqual([0, 0]);
      expect(answer.decision).toEqual({ state: 'too_early', text: 'No outcomes yet that have the metric corrected.' });
      expect(answer.comparisons[0]!.adjusted.why).toContain('No unit has outcomes from before');
    });
  });

  describe('counts', () => {
    it('an outcome by its task, whoever reports it, else by its user within the window', async () => {
      await expose(
        on('joins', 'j1', { taskId: 'j-task' }),
        off('joins', 'j2'),
        on('joins', 'j3', { unit: 'acme/j', repoId: 'acme/j' }),
      );
      await record({ taskId: 'j-task', success: true, at: ago(9) });
      await record({ userId: 'j2', success: false, at: ago(9) });
      await record({ userId: 'j2', success: true, at: ago(1) });
      await record({ userId: 'j2', success: true, at: ago(11) });
      await record({ repoId: 'acme/j', success: false, at: ago(9) });
      await record({ userId: 'j3', success: false, at: ago(9) });
      expect(await meansOf('joins')).toEqual({ on: [2, 2, 0.5], off: [1, 2, 0.5] });
      expect(await meansOf('joins', { windowHours: 5 })).toEqual({ on: [2, 2, 0.5], off: [1, 1, 0] });
    });

    it('attempts as their task: solved when one was, cost and time added up', async () => {
      await expose(on('attempts', 'a1', { taskId: 'a-task' }), off('attempts', 'a2', { taskId: 'a-other' }));
      await record({ taskId: 'a-task', attempt: 1, success: false, costUsd: 1, timeMs: 10, at: ago(9) });
      await record({
        taskId: 'a-task',
        attempt: 2,
        success: true,
        costUsd: 2,
        timeMs: 30,
        at: ago(8),
        metrics: { n: 4 },
      });
      await record({
        taskId: 'a-other',
        success: undefined,
        outcome: 'provider_error',
        costUsd: 0.5,
        timeMs: 5,
        at: ago(8),
      });
      expect(await meansOf('attempts')).toEqual({ on: [1, 2, 1], off: [1, 0, undefined] });
      expect(await meansOf('attempts', { metric: 'costUsd' })).toEqual({ on: [1, 2, 3], off: [1, 1, 0.5] });
      expect(await meansOf('attempts', { metric: 'timeMs' })).toEqual({ on: [1, 2, 40], off: [1, 1, 5] });
      expect(await meansOf('attempts', { metric: 'n' })).toEqual({ on: [1, 1, 4], off: [1, 0, undefined] });
    });

    it('nothing from before the exposure, and no task of a unit that no split decided for', async () => {
      await expose(
        on('before', 'b1', { taskId: 'b-task' }),
        on('before', 'b2', { taskId: 'b-targeted', reason: 'TARGETING_MATCH' }),
        off('before', 'b3', { reason: 'DISABLED' }),
      );
      await record({ taskId: 'b-task', userId: 'b1', success: true, at: ago(11) });
      await record({ taskId: 'b-targeted', userId: 'b2', success: true, at: ago(9) });
      expect(await meansOf('before')).toEqual({ on: [1, 0, undefined] });
      expect(await ask('before')).toMatchObject({ notRandomised: 2, comparisons: [] });
    });

    it('a unit once, in one variant, whatever the version; one seen in two is out and told of', async () => {
      await expose(
        on('once', 'o1'),
        on('once', 'o1', { flagVersion: 2, firstAt: ago(5) }),
        on('once', 'o2'),
        off('once', 'o2', { flagVersion: 2 }),
        off('once', 'o3'),
      );
      for (const userId of ['o1', 'o2', 'o3']) await record({ userId, success: userId !== 'o3', at: ago(4) });
      expect(await meansOf('once')).toEqual({ on: [1, 1, 1], off: [1, 1, 0] });
      expect(await ask('once')).toMatchObject({ crossovers: 1 });
    });

    it('outcomes whose own flags say something else, beside the rest', async () => {
      await expose(on('said', 's1', { taskId: 's-task' }), off('said', 's2', { taskId: 's-other' }));
      await record({ taskId: 's-task', at: ago(9), flags: { said: 'off' } });
      await record({ taskId: 's-other', at: ago(9), flags: { said: 'off', another: 'on' } });
      expect(await ask('said')).toMatchObject({ contradicted: 1 });
    });

    it("none of another tenant's", async () => {
      const { client } = await app.otherTenant('experiments elsewhere');
      await expose(on('apart', 'p1'), off('apart', 'p2'));
      await client.recordOutcome({ taskType: 'fix', model: 'm', timeMs: 1, success: true, userId: 'p1', at: ago(9) });
      expect(await meansOf('apart')).toEqual({ on: [1, 0, undefined], off: [1, 0, undefined] });
      await expect(client.getExperiment({ key: 'apart' })).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  describe('that cannot be judged says why:', () => {
    it('nobody exposed', async () => {
      await app.admin.createFlag(split('nobody'));
      expect(await ask('nobody')).toMatchObject({
        variants: [],
        comparisons: [],
        decision: { state: 'too_early', text: 'No unit got a variant from a split in this range yet.' },
        sampleRatio: { text: 'Nobody was exposed yet.' },
      });
    });

    it('one unit each, and units that are all alike', async () => {
      await expose(on('few', 'f1'), off('few', 'f2'));
      for (const userId of ['f1', 'f2']) await record({ userId, success: userId === 'f1', at: ago(9) });
      const few = await ask('few');
      expect(few.decision.text).toBe(
        'Not enough data: units with an outcome are 1 for "off" and 1 for "on"; each needs at least 20.',
      );
      expect(few.comparisons[0]).not.toHaveProperty('absolute');

      const alike = Array.from({ length: 25 }, (_, i) => i);
      await expose(...alike.flatMap((i) => [on('alike', `on-${i}`), off('alike', `off-${i}`)]));
      await Promise.all(
        alike.flatMap((i) =>
          ['on', 'off'].map((arm) => record({ userId: `${arm}-${i}`, at: ago(9), metrics: { same: 3 } })),
        ),
      );
      const same = await ask('alike', { metric: 'same' });
      expect(same.decision.text).toBe('Not enough data: same is the same for every unit of "on" and "off".');
      expect(same.variants[0]).toMatchObject({ mean: 3, interval: [3, 3] });
    });

    it('all connections at once: few join at a time, the rest wait their turn', async () => {
      await expose(on('busy', 'ann'), off('busy', 'bob'));
      const { getExperiment } = experimentService({
        metricRows: metricRowsWith({ correctedShare }),
        knownVersions,
        isKnown: exposureRepository.isKnown,
        mostRows: undefined,
      });
      const held: number[] = [];
      let open = 0;
      const transaction: Ctx['transaction'] = async (work) => {
        held.push(++open);
        try {
          return await app.database.asProject(app.projectId, work);
        } finally {
          open--;
        }
      };
      const asked = { key: 'busy', metric: 'success', timeRange: '30d', windowHours: 72 };
      const answers = await Promise.allSettled(
        Array.from({ length: 60 }, async () => getExperiment({ transaction } as Ctx, asked)),
      );
      expect(Math.max(...held)).toBe(2);
      const refused = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      expect(refused).toHaveLength(8);
      for (const reason of refused) expect(reason).toMatchObject({ code: 'unavailable' });
      // The places are free again, also of those that failed.
      await expect(
        Promise.resolve(getExperiment({ transaction } as Ctx, { ...asked, control: 'nobody-got' })),
      ).rejects.toMatchObject({ code: 'invalid' });
      expect(await getExperiment({ transaction } as Ctx, asked)).toMatchObject({ key: 'busy' });
    });

    it('more than the embedded database may join while everybody waits', async () => {
      await expose(...['ann', 'bob', 'cleo'].map((user) => on('crowded', user)));
      const { getExperiment } = experimentService({
        metricRows: metricRowsWith({ correctedShare }),
        knownVersions,
        isKnown: exposureRepository.isKnown,
        mostRows: 2,
      });
      const transaction: Ctx['transaction'] = (work) => app.database.asProject(app.projectId, work);
      const asked = { key: 'crowded', metric: 'nothing', timeRange: '30d', windowHours: 72 };
      const answer = async (input: object) => getExperiment({ transaction } as Ctx, { ...asked, ...input });
      await expect(answer({})).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('more than 2 exposures of this flag'),
      });
      for (let i = 0; i < 3; i++) await record({ metrics: { crowd: i } });
      await expect(answer({ key: 'nobody-yet', metric: 'crowd' })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('more than 2 outcomes'),
      });
      await expose(on('quiet', 'ann'), off('quiet', 'bob'));
      expect(await answer({ key: 'quiet' })).toMatchObject({ variants: [{ units: 1 }, { units: 1 }] });
    });

    it('a flag nobody knows, a control nobody got, a metric that is no name', async () => {
      await expect(ask('unheard-of')).rejects.toMatchObject({ code: 'not_found' });
      await expect(ask('few', { control: 'blue' })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('there are off, on'),
      });
      await expect(ask('few', { metric: 'no name' })).rejects.toMatchObject({ code: 'invalid' });
      expect(await ask('few', { control: 'on' })).toMatchObject({ control: 'on', comparisons: [{ variant: 'off' }] });
    });
  });
});
