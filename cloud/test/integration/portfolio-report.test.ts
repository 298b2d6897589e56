import type { Input, PortfolioReport, WhetstoneContract } from '@whetstone/shared/contract';
import { seededRandom } from '@whetstone/shared/stats';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureMethod } from '../../src/features/portfolio/report/method/measure-method.ts';
import { methodRepository } from '../../src/features/portfolio/report/method/repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';

type Logged = Input<WhetstoneContract['logRecommendations']>['recommendations'][number];
type Outcome = Input<WhetstoneContract['recordOutcomes']>['outcomes'][number];

const now = Date.now();
const at = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();
const idOf = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

describeOnEngines('the report of the portfolio', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  let tenants = 0;
  let ids = 0;
  async function tenant() {
    const { client, projectId } = await app.otherTenant(`project ${++tenants}`);
    const logged: Logged[] = [];
    const outcomes: Outcome[] = [];
    return {
      client,
      projectId,
      /** Remembers a recommendation; gives its id. */
      recommend(rest: Partial<Logged> = {}) {
        const recommendationId = idOf(++ids);
        logged.push({
          recommendationId,
          at: at(1_000),
          tableVersion: 't',
          policyVersion: '1',
          taskType: 'fix',
          model: 'cheap',
          incumbent: 'dear',
          explored: false,
          propensity: 0.9,
          incumbentPropensity: 0.1,
          expectedSuccess: 0.7,
          expectedCostUsd: 0.1,
          incumbentSuccess: 0.72,
          incumbentCostUsd: 0.5,
          plan: [],
          ...rest,
        });
        return recommendationId;
      },
      outcome: (rest: Partial<Outcome>) =>
        void outcomes.push({
          taskType: 'fix',
          model: 'cheap',
          outcome: 'solved',
          timeMs: 1_000,
          costUsd: 0.1,
          at: at(900),
          ...rest,
        }),
      async send() {
        while (logged.length > 0) await client.logRecommendations({ recommendations: logged.splice(0, 500) });
        while (outcomes.length > 0) {
          const { results } = await client.recordOutcomes({ outcomes: outcomes.splice(0, 500) });
          expect(results.filter(({ status }) => status === 'refused')).toEqual([]);
        }
      },
      report: (timeRange = '30d') => client.getPortfolioReport({ timeRange }),
    };
  }
  const verdicts = ({ targets }: PortfolioReport) =>
    Object.fromEntries(targets.map(({ target, verdict }) => [target, verdict]));

  it('of a project without anything says what is missing, and promises nothing', async () => {
    const { report } = await tenant();
    const empty = await report();
    expect(empty.recommendations).toEqual({
      made: 0,
      offline: 0,
      explored: 0,
      looked: 0,
      applied: 0,
      overridden: 0,
      withoutOutcome: 0,
    });
    expect(empty.success.recommended).toMatchObject({
      value: null,
      n: 0,
      why: expect.stringContaining('recommendationId'),
    });
    expect(empty.cost.savingShare).toMatchObject({ value: null, why: expect.stringContaining('incumbent') });
    expect(verdicts(empty)).toEqual({
      accuracy: 'not_enough_data',
      savings: 'not_enough_data',
      success: 'not_enough_data',
    });
    expect(empty.calibration).toEqual({ n: 0, ece: null, brier: null, bins: [] });
    expect(empty.method).toMatchObject({ used: 'cells', measuredAt: null });
    expect([empty.cells, empty.rescues, empty.drift]).toEqual([[], [], []]);
  });

  describe('of 1,500 tasks, every tenth of them given to the incumbent', () => {
    let answer: PortfolioReport;
    beforeAll(async () => {
      const { recommend, outcome, send, report } = await tenant();
      const random = seededRandom(5);
      for (let i = 0; i < 1_500; i++) {
        const explored = random() < 0.1;
        const model = explored ? 'dear' : 'cheap';
        const recommendationId = recommend({
          model,
          explored,
          propensity: explored ? 0.1 : 0.9,
          expectedSuccess: explored ? 0.72 : 0.7,
        });
        // 80 % against 60 %, for a fifth of the price.
        const solved = random() < (explored ? 0.6 : 0.8);
        const costUsd = (explored ? 0.5 : 0.1) * (0.5 + random());
        outcome({ model, recommendationId, costUsd, outcome: solved ? 'solved' : 'failed', taskId: `task ${i}` });
      }
      await send();
      answer = await report();
    }, 120_000);

    it('tells what the incumbent would have made of them', () => {
      expect(answer.incumbent).toBe('dear');
      const { success, cost, estimators } = answer;
      expect(success.incumbent.effectiveSampleSize).toBeGreaterThan(100);
      const [low, high] = success.incumbent.interval!;
      expect(low).toBeLessThan(0.6);
      expect(high).toBeGreaterThan(0.6);
      expect(high - low).toBeLessThan(0.2);
      // 1 - (.9 · .1 + .1 · .5) / .5
      expect(Math.abs(cost.savingShare.value! - 0.72)).toBeLessThan(0.05);
      expect(Math.abs(cost.savedUsd! - 1_500 * 0.36)).toBeLessThan(60);
      expect(estimators.map(({ name, of }) => `${name} ${of}`)).toHaveLength(6);
      expect(estimators.find(({ name, of }) => name === 'direct' && of === 'success')).toMatchObject({
        value: expect.closeTo(0.72),
        interval: null,
      });
    });

    it('says of each promise whether it was kept', () => {
      expect(verdicts(answer)).toMatchObject({ savings: 'met' });
      expect(answer.targets.find(({ target }) => target === 'success')!.interval![0]).toBeGreaterThan(0);
      expect(answer.targets.find(({ target }) => target === 'savings')!.why).toMatch(/is above 20 %/);
    });

    it('compares what was expected with what came', () => {
      expect(answer.calibration.n).toBe(1_500);
      expect(answer.calibration.bins).toHaveLength(1);
      expect(answer.calibration.ece).toBeCloseTo(
        Math.abs(answer.calibration.bins[0]!.solved - answer.calibration.bins[0]!.expected),
      );
    });
  });

  it('counts no savings of recommendations that were overridden, and none of plans that were left', async () => {
    const { recommend, outcome, send, report } = await tenant();
    const plan = { plan: ['cheap', 'dear'] };
    const overridden = recommend();
    outcome({ recommendationId: overridden, model: 'dear', taskId: 'a', attempt: 1 });
    // Follows the plan: the second step solves it.
    const followed = recommend(plan);
    outcome({ recommendationId: followed, outcome: 'failed', taskId: 'b', attempt: 1, costUsd: 0.2 });
    outcome({ recommendationId: followed, model: 'dear', taskId: 'b', attempt: 2, costUsd: 0.6 });
    // Goes on with a model that was not in the plan: what that solved is no merit of the recommendation.
    const left = recommend(plan);
    outcome({ recommendationId: left, outcome: 'failed', taskId: 'c', attempt: 1, costUsd: 0.2 });
    outcome({ recommendationId: left, model: 'other', taskId: 'c', attempt: 2, costUsd: 9 });
    // Neither solved nor failed.
    outcome({ recommendationId: recommend(), outcome: 'provider_error', taskId: 'd', attempt: 1 });
    recommend({ explored: true });
    await send();
    const { recommendations, success, cost } = await report();
    expect(recommendations).toMatchObject({
      made: 5,
      offline: 5,
      explored: 1,
      applied: 3,
      overridden: 1,
      withoutOutcome: 1,
    });
    expect(success.recommended).toMatchObject({ n: 2, value: 0.5 });
    expect(cost.recommendedUsd).toMatchObject({ n: 2, value: expect.closeTo(0.5) });
  });

  it('leaves a cost that is not known unknown', async () => {
    const { recommend, outcome, send, report } = await tenant();
    outcome({ recommendationId: recommend(), taskId: 'a', costUsd: undefined, model: 'cheap' });
    outcome({ recommendationId: recommend(), taskId: 'b', costUsd: 0.3 });
    await send();
    const { success, cost } = await report();
    expect(success.recommended.n).toBe(2);
    expect(cost.recommendedUsd).toMatchObject({ n: 1, value: 0.3 });
  });

  it('without exploration says that nothing tells, how to change that, and what was merely expected', async () => {
    const { recommend, outcome, send, report } = await tenant();
    for (let i = 0; i < 80; i++)
      outcome({ recommendationId: recommend({ propensity: 1, incumbentPropensity: 0 }), taskId: `t${i}` });
    await send();
    const { success, estimators, targets } = await report();
    expect(success.liftShare).toMatchObject({ value: null, interval: null });
    expect(success.incumbent.why).toMatch(/never possible in these 80 tasks.*exploration\.enabled.*expect 72 %/);
    expect(estimators.filter(({ refused }) => refused !== null).map(({ name }) => name)).toEqual([
      'snips',
      'doubly_robust',
      'snips',
      'doubly_robust',
    ]);
    expect(targets.filter(({ target }) => target !== 'accuracy').map(({ verdict }) => verdict)).toEqual([
      'not_enough_data',
      'not_enough_data',
    ]);
  });

  it('refuses to tell from few tasks of the incumbent, and from chances that cannot be', async () => {
    const { recommend, outcome, send, report } = await tenant();
    for (let i = 0; i < 200; i++) {
      const explored = i % 10 === 0;
      const model = explored ? 'dear' : 'cheap';
      outcome({
        model,
        recommendationId: recommend({ model, explored, propensity: explored ? 0.1 : 0.9 }),
        taskId: `t${i}`,
      });
    }
    const impossible = { model: 'dear', propensity: 1e-300, incumbentPropensity: 1e-300 };
    outcome({ model: 'dear', recommendationId: recommend(impossible), taskId: 'impossible' });
    await send();
    const { success } = await report();
    expect(success.incumbent).toMatchObject({ value: null, effectiveSampleSize: expect.closeTo(20) });
    expect(success.incumbent.why).toMatch(/counts for 20 observations .*50 are needed/);
  });

  it('keeps tenants apart', async () => {
    const one = await tenant();
    const other = await tenant();
    const recommendationId = one.recommend();
    one.outcome({ recommendationId, taskId: 'a' });
    await one.send();
    other.recommend({ recommendationId });
    await other.send();
    expect((await other.report()).recommendations).toMatchObject({ made: 1, applied: 0, withoutOutcome: 1 });
    expect((await one.report()).recommendations).toMatchObject({ made: 1, applied: 1 });
  });

  describe('each night', () => {
    const measure = (projectId: string) => measureMethod(projectId, app);

    it('finds out whether cells are worth it, and the table follows', async () => {
      const { outcome, send, report, projectId } = await tenant();
      const random = seededRandom(3);
      for (let i = 0; i < 300; i++) {
        const taskType = i % 2 === 0 ? 'fix' : 'docs';
        for (const model of ['one', 'two']) {
          const isGood = (model === 'one') === (taskType === 'fix');
          outcome({
            taskType,
            model,
            taskId: `t${i} ${model}`,
            outcome: random() < (isGood ? 0.95 : 0.1) ? 'solved' : 'failed',
          });
        }
      }
      await send();
      await app.database.asProject(projectId, ({ sql: trx }) =>
        sql`insert into portfolio_state (project_id, version, data_at) values (${projectId}, 7, now())
          on conflict (project_id) do update set version = 7, data_at = now()`.execute(trx),
      );
      const due = () => app.database.asSystem((tx) => methodRepository.due(tx, 100));
      expect(await due()).toContain(projectId);
      await measure(projectId);
      expect(await due()).not.toContain(projectId);
      const { method } = await report();
      expect(method).toMatchObject({ used: 'cells', tasks: 600, measuredAt: expect.any(String) });
      expect(method.candidates.map((one) => one.method)).toEqual(['static', 'cells', 'knn', 'factorisation']);
      const { rows } = await app.database.asSystem(({ sql: trx }) =>
        sql<{ version: string }>`select version from portfolio_state where project_id = ${projectId}`.execute(trx),
      );
      expect(Number(rows[0]!.version)).toBe(8);
    });

    it('stays with cells where there are few tasks, and says so', async () => {
      const { outcome, send, report, projectId } = await tenant();
      outcome({ taskId: 'only' });
      await send();
      await measure(projectId);
      expect((await report()).method).toMatchObject({
        used: 'cells',
        why: expect.stringMatching(/^Not enough data \(1 tasks\)/),
      });
    });
  });
});
