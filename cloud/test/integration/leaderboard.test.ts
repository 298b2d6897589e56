import { Leaderboard, type LeaderboardRow } from '@whetstone/shared/contract';
import { clusteredInterval, passAtK, seededRandom } from '@whetstone/shared/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inProcessCache } from '../../src/platform/cache/in-process.ts';
import { agentBoard } from '../../src/features/evals/leaderboard/agent-work/agent-board.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { evalRows, type MadeResult, type MadeRun } from '../support/eval-rows.ts';

const dayMs = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * dayMs);

describeOnEngines('the leaderboard', (engine) => {
  let app: TestApp;
  let make: ReturnType<typeof evalRows>;
  let viewer: TestApp['admin'];
  const kept = { hits: 0, misses: 0 };

  beforeAll(async () => {
    const cache = inProcessCache({ clock: Date.now });
    const counted = {
      ...cache,
      get: async (key: string) => {
        const value = await cache.get(key);
        if (key.includes('/leaderboard/')) kept[value === undefined ? 'misses' : 'hits']++;
        return value;
      },
    };
    app = await startApp(engine, { cache: counted });
    make = evalRows(app.database, app.projectId);
    viewer = app.clientOf(await app.keyWith('viewer'));
  });
  afterAll(() => app.close());

  const problemIds = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);
  const each = (count: number, statusOf: (problem: number) => MadeResult['status'], rest: Partial<MadeResult> = {}) =>
    Array.from({ length: count }, (_, problem): MadeResult => ({
      problem,
      sample: 0,
      status: statusOf(problem),
      ...rest,
    }));
  /** Held to the contract, which an answer that is made ready as text is not on its way. */
  const board = async (dataset: string, rest: Partial<Parameters<typeof viewer.getLeaderboard>[0]> = {}) =>
    Leaderboard.parse(await viewer.getLeaderboard({ dataset, ...rest }));

  describe('over thousands of random results', () => {
    const clusters = { p0: 'a', p1: 'a', p2: 'b', p3: 'b', p4: 'b' };
    const taskTypes = { strings: [0, 2, 4, 6, 8, 10], maths: [1, 3] };
    const counted: (MadeRun & { subject: string })[] = [];

    beforeAll(async () => {
      const random = seededRandom(11);
      const datasetId = await make.dataset({ name: 'random', problemIds: problemIds(25), clusters, taskTypes });
      const statuses = ['error', 'skipped', 'timeout', 'failed', 'failed', 'passed', 'passed', 'passed'] as const;
      for (const [s, subject] of ['alpha', 'beta', 'gamma', 'delta'].entries()) {
        const subjectId = await make.subject(subject, s === 3 ? 'command' : 'model');
        for (let r = 0; r < 12; r++) {
          const results = Array.from({ length: 75 }, (_, i): MadeResult => {
            const status = statuses[Math.floor(random() ** (1 + s / 4) * statuses.length)]!;
            return {
              problem: Math.floor(i / 3),
              sample: i % 3,
              status,
              timeMs: 0.5 + random() * 10 ** (1 + random() * 4),
              ...(status !== 'skipped' && { costUsd: s === 2 && r === 7 && i === 0 ? null : random() / 100 }),
            };
          });
          const run: MadeRun = {
            datasetId,
            subjectId,
            results,
            finishedAt: ago(24 - 2 * r),
            ...(r === 3 && { purpose: 'rerun' as const }),
            ...(r === 5 && { isWhole: false }),
            ...(r === 6 && { status: 'failed' as const }),
          };
          await make.run(run);
          if (r !== 3 && r !== 5 && r !== 6) counted.push({ ...run, subject });
        }
      }
    });

    const naive = (subject: string, days: number, places?: readonly number[]) => {
      const runs = counted.filter((run) => run.subject === subject && run.finishedAt! >= ago(days));
      const rows = runs.flatMap(({ results }) => results).filter(({ problem }) => places?.includes(problem) ?? true);
      const graded = rows.filter(({ status }) => status !== 'error' && status !== 'skipped');
      const passed = graded.filter(({ status }) => status === 'passed');
      const tallyBy = (keyOf: (problem: number) => string) => {
        const tally = new Map<string, { n: number; passed: number }>();
        for (const { problem, status } of graded) {
          const count = tally.get(keyOf(problem)) ?? { n: 0, passed: 0 };
          tally.set(keyOf(problem), { n: count.n + 1, passed: count.passed + Number(status === 'passed') });
        }
        return [...tally.values()];
      };
      const byProblem = tallyBy(String);
      const k = Math.min(100, ...byProblem.map(({ n }) => n));
      const times = graded.map(({ timeMs }) => timeMs!).toSorted((a, b) => a - b);
      const answered = rows.filter(({ costUsd }) => costUsd !== undefined);
      const cost = answered.some(({ costUsd }) => costUsd === null)
        ? undefined
        : answered.reduce((sum, { costUsd }) => sum + costUsd!, 0);
      const meanAt = (of: number) =>
        byProblem.reduce((sum, { n, passed: c }) => sum + passAtK(n, c, of)!, 0) / byProblem.length;
      return {
        runs: runs.length,
        n: graded.length,
        problems: byProblem.length,
        passRate: passed.length / graded.length,
        interval: clusteredInterval(tallyBy((p) => (clusters as Record<string, string>)[`p${p}`] ?? `p${p}`)),
        counts: Object.fromEntries(
          (['passed', 'failed', 'error', 'timeout', 'skipped'] as const).map((name) => [
            name,
            rows.filter(({ status }) => status === name).length,
          ]),
        ),
        passAtK: { 1: meanAt(1), [k]: meanAt(k) },
        costPerSolvedUsd: cost === undefined ? null : cost / passed.length,
        avgCostUsd: cost === undefined ? null : cost / answered.length,
        quantile: (share: number) => times[Math.ceil(share * times.length) - 1]!,
      };
    };

    const close = (told: unknown, exact: unknown): void => {
      if (typeof exact === 'number') expect(told).toBeCloseTo(exact, 10);
      else if (typeof exact === 'object' && exact !== null)
        for (const [name, value] of Object.entries(exact)) close((told as Record<string, unknown>)[name], value);
      else expect(told).toEqual(exact);
    };

    const expectNaive = (row: LeaderboardRow, { quantile, ...exact }: ReturnType<typeof naive>) => {
      close(row, exact);
      expect(Object.keys(row.passAtK)).toEqual(Object.keys(exact.passAtK));
      expect(Math.abs(row.medianTimeMs! / quantile(0.5) - 1)).toBeLessThan(0.0248);
      expect(Math.abs(row.p90TimeMs! / quantile(0.9) - 1)).toBeLessThan(0.0248);
      expect(row.trend.reduce((sum, { n }) => sum + n, 0)).toBe(exact.n);
      expect(row.trend.reduce((sum, { runs }) => sum + runs, 0)).toBe(exact.runs);
    };

    it.each([400, 30, 13, 7, 3])('says of the last %i days what adding up the results says', async (days) => {
      const { items, problemCount, taskTypes: types } = await board('random', { timeRange: `${days}d` });
      expect(items.map(({ subject }) => subject.label).toSorted()).toEqual(['alpha', 'beta', 'delta', 'gamma']);
      for (const row of items) expectNaive(row, naive(row.subject.label, days));
      expect(items.map(({ passRate }) => passRate)).toEqual(
        items.map(({ passRate }) => passRate).toSorted((a, b) => b - a),
      );
      expect({ problemCount, types }).toEqual({ problemCount: 25, types: ['maths', 'strings'] });
    });

    it('says the same of one task type, and of one kind of subject', async () => {
      const { items } = await board('random', { timeRange: '13d', taskType: 'strings', kind: 'command' });
      expect(items.map(({ subject }) => subject.label)).toEqual(['delta']);
      expectNaive(items[0]!, naive('delta', 13, taskTypes.strings));
      expect((await board('random', { taskType: 'nothing of the kind' })).items).toEqual([]);
    });

    it('takes near points of a long trend together', async () => {
      const subjectId = await make.subject('often');
      const datasetId = await make.dataset({ name: 'often', problemIds: problemIds(2) });
      for (let i = 0; i < 70; i++)
        await make.run({
          datasetId,
          subjectId,
          finishedAt: new Date(ago(20).getTime() + (i * 9 * dayMs) / 70),
          results: each(2, (problem) => (problem === 0 ? 'passed' : 'failed')),
        });
      const [row] = (await board('often')).items;
      expect(row!.runs).toBe(70);
      expect(row!.trend.length).toBeLessThanOrEqual(11);
      expect(
        row!.trend.every(({ passRate, runs, runId }) => passRate === 0.5 && (runs === 1) === (runId !== undefined)),
      ).toBe(true);
      expect(row!.trend.reduce((sum, { runs }) => sum + runs, 0)).toBe(70);
    });
  });

  describe('when a run ends', () => {
    const failing = (first: number, count = 20) => each(count, (problem) => (problem < first ? 'failed' : 'passed'));

    it('tells the change since the run before, on the problems of both', async () => {
      const datasetId = await make.dataset({ name: 'changing', problemIds: problemIds(20) });
      const subjectId = await make.subject('changing');
      await make.run({ datasetId, subjectId, results: failing(0), finishedAt: ago(3) });
      const { items: once } = await board('changing');
      expect(once[0]!.change).toBeNull();
      const last = await make.run({
        datasetId,
        subjectId,
        results: failing(10),
        finishedAt: ago(2),
        commit: 'abcdef0',
      });
      const { items } = await board('changing');
      // Ten lost of ten that differ: 2 / 2^10.
      expect(items[0]!.change).toEqual({ points: -50, p: expect.closeTo(2 ** -9, 12), isDistinguishable: true });
      expect(items[0]).toMatchObject({ lastRunId: last, runs: 2, n: 40 });
      expect(items[0]!.trend.at(-1)).toMatchObject({ runId: last, commit: 'abcdef0', passRate: 0.5 });
    });

    it('that was resumed keeps its place with its new figures, and leaves it when it was not completed this time', async () => {
      const datasetId = await make.dataset({
        name: 'resumed',
        problemIds: problemIds(20),
        taskTypes: { some: [0, 1] },
      });
      const subjectId = await make.subject('resumed');
      const first = {
        datasetId,
        subjectId,
        results: each(20, (problem) => (problem < 2 ? 'error' : 'passed')),
        finishedAt: ago(3),
      };
      const id = await make.run(first);
      await make.run({ datasetId, subjectId, results: failing(4), finishedAt: ago(2) });
      await make.run({ datasetId, subjectId, results: failing(8), finishedAt: ago(1) });
      expect((await board('resumed')).items[0]).toMatchObject({ n: 58, counts: { error: 2, passed: 46 } });

      await make.endAgain(id, { ...first, results: failing(2) });
      expect((await board('resumed')).items[0]).toMatchObject({
        runs: 3,
        n: 60,
        counts: { error: 0, passed: 46, failed: 14 },
      });
      expect((await board('resumed', { taskType: 'some' })).items[0]).toMatchObject({ n: 6, counts: { passed: 0 } });
      await make.endAgain(id, { ...first, results: failing(2) });
      expect((await board('resumed')).items[0]).toMatchObject({ runs: 3, n: 60 });

      await make.endAgain(id, { ...first, status: 'cancelled' });
      expect((await board('resumed')).items[0]).toMatchObject({ runs: 2, n: 40, counts: { failed: 12 } });
      expect((await board('resumed', { taskType: 'some' })).items[0]).toMatchObject({ n: 4 });
    });

    it('at the same moment as others of its subject, none is lost', async () => {
      const datasetId = await make.dataset({ name: 'at once', problemIds: problemIds(20) });
      const subjectId = await make.subject('at once');
      await Promise.all(Array.from({ length: 8 }, () => make.run({ datasetId, subjectId, results: failing(5) })));
      const found = await app.database.asProject(app.projectId, (tx) =>
        tx.sql.selectFrom('eval_standing').select('seq').where('subject_id', '=', subjectId).orderBy('seq').execute(),
      );
      expect(found.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('and is deleted later, its standing stays', async () => {
      const datasetId = await make.dataset({ name: 'deleted', problemIds: problemIds(20) });
      const subjectId = await make.subject('deleted');
      const id = await make.run({ datasetId, subjectId, results: failing(5) });
      await make.deleteRun(id);
      const [row] = (await board('deleted')).items;
      expect(row).toMatchObject({ runs: 1, n: 20, passRate: 0.75, lastRunId: null });
      expect(row!.trend[0]).not.toHaveProperty('runId');
    });

    it('without a verdict, its subject has no rate and is told apart', async () => {
      const datasetId = await make.dataset({ name: 'broken', problemIds: problemIds(4) });
      await make.run({ datasetId, subjectId: await make.subject('broken'), results: each(4, () => 'error') });
      const { items, withoutVerdict } = await board('broken');
      expect(items).toEqual([]);
      expect(withoutVerdict).toMatchObject([
        { subject: { label: 'broken' }, counts: { error: 4, passed: 0 }, runs: 1 },
      ]);
    });

    it('on a new version of the data set, that one is shown and named', async () => {
      const subjectId = await make.subject('versions');
      const made = { name: 'versioned', problemIds: problemIds(4) };
      const old = await make.dataset({ ...made, sha256: '1'.repeat(64) });
      await make.run({ datasetId: old, subjectId, results: each(4, () => 'passed'), finishedAt: ago(20) });
      const next = await make.dataset({ ...made, sha256: '2'.repeat(64) });
      expect(await board('versioned')).toMatchObject({ datasetSha256: '1'.repeat(64), items: [{ passRate: 1 }] });
      await make.run({ datasetId: next, subjectId, results: each(4, () => 'failed'), finishedAt: ago(1) });
      expect(await board('versioned')).toMatchObject({
        datasetSha256: '2'.repeat(64),
        items: [{ passRate: 0, runs: 1 }],
      });
      await make.run({ datasetId: old, subjectId, results: each(4, () => 'passed') });
      expect(await board('versioned')).toMatchObject({ datasetSha256: '2'.repeat(64) });
    });
  });

  it('answers from its snapshot until something changes, and with 304 to who has it', async () => {
    const datasetId = await make.dataset({ name: 'polled', problemIds: problemIds(4) });
    const run = { datasetId, subjectId: await make.subject('polled'), results: each(4, () => 'passed' as const) };
    const id = await make.run(run);
    const ask = (etag?: string) =>
      app.call('GET', '/api/leaderboard?dataset=polled', {
        key: app.adminKey,
        ...(etag && { headers: { 'if-none-match': etag } }),
      });
    const first = await ask();
    const etag = first.headers.get('etag')!;
    const before = { ...kept };
    expect(await (await ask()).text()).toBe(await first.text());
    expect((await ask(etag)).status).toBe(304);
    expect(kept).toEqual(before);

    await make.endAgain(id, { ...run, results: each(4, () => 'failed') });
    const renewed = await ask(etag);
    expect(renewed.status).toBe(200);
    expect(await renewed.json()).toMatchObject({ items: [{ passRate: 0 }] });
    await viewer.getLeaderboard({ dataset: 'polled' });
    expect(kept.misses).toBe(before.misses + 1);
  });

  describe('of what agents submitted', () => {
    beforeAll(async () => {
      const agent = app.clientOf(await app.keyWith('agent'));
      const submit = (model: string, problem: string, passed: boolean, rest: object = {}) =>
        agent.submitEvalRun({ model, problem, passed, taskType: 'refactor', ...rest });
      for (let i = 0; i < 12; i++) {
        await submit('large', `task ${i}`, i < 11, { costUsd: 0.1, timeMs: 1_000 + i });
        await submit('small', `task ${i}`, i < 2, { costUsd: 0.01, ...(i === 0 && { taskType: 'review' }) });
      }
      await submit('unpriced', 'another task', true);
    });

    it('has a row for each model, tested on the problems that two have in common', async () => {
      const { items, taskTypes } = await board('agent-work');
      expect(taskTypes).toEqual(['refactor', 'review']);
      expect(items.map(({ subject: { kind, label }, n, problems }) => [kind, label, n, problems])).toEqual([
        ['agent', 'unpriced', 1, 1],
        ['agent', 'large', 12, 12],
        ['agent', 'small', 12, 12],
      ]);
      const [unpriced, large, small] = items;
      expect(unpriced).toMatchObject({
        tieGroup: 1,
        rankRange: [1, 3],
        costPerSolvedUsd: null,
        medianTimeMs: null,
        isOnFront: false,
      });
      expect(large).toMatchObject({ tieGroup: 1, rankRange: [1, 2], isOnFront: true });
      expect(large!.costPerSolvedUsd).toBeCloseTo(1.2 / 11, 12);
      expect(Math.abs(large!.medianTimeMs! / 1_005 - 1)).toBeLessThan(0.025);
      expect(small!.rankRange).toEqual([2, 3]);
      expect(large!.trend).toMatchObject([{ n: 12, runs: 12 }]);
    });

    it('reads the newest submissions alone where there are many, and says so', async () => {
      const lines = await app.database.asProject(app.projectId, async (tx) =>
        (await agentBoard(tx, { dataset: 'agent-work', timeRange: '30d' }, 5)).lines(tx),
      );
      const samples = lines.reduce((sum, { runs }) => sum + runs, 0);
      expect(samples).toBeGreaterThan(0);
      expect(samples).toBeLessThanOrEqual(5);
      for (const { warnings } of lines) expect(warnings).toEqual([expect.stringMatching(/only what came after .* 5 /)]);
      expect((await board('agent-work')).items.flatMap(({ warnings }) => warnings)).toEqual([]);
    });

    it('can be asked by task type and kind, and keeps the ids of its models', async () => {
      const ids = async (rest: object) => (await board('agent-work', rest)).items.map(({ subject }) => subject.id);
      const all = await ids({});
      expect(await ids({ taskType: 'review' })).toEqual([all[2]]);
      expect(await ids({ kind: 'model' })).toEqual([]);
      expect(await ids({ kind: 'agent', timeRange: '1h' })).toEqual(all);
    });
  });

  it('is empty where nothing ran, and not found where there is no such data set', async () => {
    for (const dataset of ['starter', 'mbpp', 'agent-work'])
      expect(await viewer.getLeaderboard({ dataset, timeRange: '1h', taskType: 'none' })).toMatchObject({ items: [] });
    await make.dataset({ name: 'never-counted', problemIds: problemIds(2) });
    expect((await board('never-counted')).items).toEqual([]);
    await expect(board('humanevil')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/no data set is called "humanevil"; there are .*never-counted/),
    });
  });

  it('lists what has something to show, and shows nobody what is of others', async () => {
    const { items } = await viewer.listEvalSources({});
    expect(items.find(({ dataset }) => dataset === 'random')).toMatchObject({
      runs: 36,
      published: 0,
      lastRunAt: expect.any(String),
    });
    expect(items.find(({ dataset }) => dataset === 'agent-work')).toMatchObject({ runs: 25 });
    const stranger = (await app.otherTenant('stranger of the board')).client;
    expect((await stranger.listEvalSources({})).items).toEqual([]);
    const refused = await stranger.getLeaderboard({ dataset: 'random' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('no data set is called "random"; there are agent-work, humaneval'),
    });
    expect(String(refused)).not.toContain('versioned');
    expect((await stranger.getLeaderboard({ dataset: 'agent-work' })).items).toEqual([]);
  });
});
