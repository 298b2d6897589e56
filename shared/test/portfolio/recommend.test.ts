import { describe, expect, it } from 'vitest';
import { compileTable, type RoutingTable, type TaskRequest } from '../../src/portfolio/index.ts';
import { cell, emptyTable, noChance } from './support.ts';

const refactor: TaskRequest = { taskType: 'refactor', language: 'TypeScript' };
const key = 'refactor/typescript';
const ids = ['cheap', 'dear', 'weak'];

const known = [
  { n: 400, solved: 320, costUsd: 0.1, timeMs: 60_000 },
  { n: 400, solved: 325, costUsd: 0.3, timeMs: 30_000 },
  { n: 400, solved: 200, costUsd: 0.05, timeMs: 10_000 },
];

const tableWith = (settings: Record<string, unknown> = {}): RoutingTable => ({
  ...emptyTable(ids, settings),
  cells: [cell('global', '', known), cell('type', key, known)],
});

const ask = (table: RoutingTable, request: TaskRequest = refactor, chance = noChance) =>
  compileTable(table).recommend(request, chance).answer;

describe('a recommendation', () => {
  it('is the cheapest of those not told apart from the best, and says so with its counts', () => {
    const answer = ask(tableWith({ incumbent: 'dear' }));
    expect(answer).toMatchObject({
      model: 'cheap',
      tieSet: ['cheap', 'dear'],
      runnerUp: 'dear',
      n: 400,
      propensity: 1,
    });
    expect(answer.reason).toBe(
      '320 of 400 similar TypeScript refactors succeeded; next 10: 6-10; 67 % cheaper than the incumbent dear, tied within 3 points.',
    );
    expect(answer.savingShare).toBeCloseTo(2 / 3, 6);
    expect(answer.priceWhatIf).toBe('dear would be the answer if an attempt cost less than $0.10 (now $0.30).');
    expect(answer.alternatives.map(({ whyNot }) => whyNot)).toEqual([
      'Tied with cheap within 3 points, 200 % dearer',
      expect.stringMatching(/^\d+ points worse than the best, 50 % cheaper$/),
    ]);
  });

  it('is the best alone when the margin is nothing', () => {
    expect(ask(tableWith({ margin: 0 }))).toMatchObject({ model: 'dear', tieSet: ['dear'] });
  });

  it('shrinks a narrow cell hard towards the wider one', () => {
    const table = tableWith();
    table.cells.push(cell('repo', `${key}/r1`, [{ n: 2, solved: 0 }]));
    const [wide, narrow] = [ask(table), ask(table, { ...refactor, repoId: 'r1' })];
    const cheap = narrow.model === 'cheap' ? narrow : narrow.alternatives.find(({ model }) => model === 'cheap')!;
    expect(cheap.estimatedSuccessRate).toBeCloseTo((50 * wide.estimatedSuccessRate!) / 52, 9);
  });

  it('counts each observation once in how sure it is', () => {
    // Everything is of one type, so that its cell knows nothing that the global one does not: 400 and the first guess's 5.
    const [low, high] = ask(tableWith()).interval!;
    const sd = Math.sqrt((0.8 * 0.2) / 406);
    expect((high - low) / (2 * 1.645 * sd)).toBeCloseTo(1, 1);
  });

  it('starts from the eval runs, and from other projects, as long as it has no outcomes, and says n = 0', () => {
    const evals = { ...emptyTable(ids), evals: [cell('global', '', [undefined, { n: 200, solved: 180 }])] };
    expect(ask(evals)).toMatchObject({ model: 'dear', n: 0, evidence: { level: 'evals', pooledShare: 1 } });
    expect(ask(evals).reason).toContain('No work recorded yet; 180 of 200 problems of eval runs solved');
    // Worth twenty: as wide as that.
    const [low, high] = ask(evals).interval!;
    expect(high - low).toBeGreaterThan(0.18);
    const pool = { ...emptyTable(ids), pool: [cell('type', key, [undefined, undefined, { n: 50, solved: 48 }])] };
    expect(ask(pool)).toMatchObject({ model: 'weak', n: 0, evidence: { level: 'pool' } });
    expect(ask(emptyTable(ids))).toMatchObject({ n: 0, evidence: { level: 'none', n: 0 } });
    expect(ask(emptyTable(ids)).reason).toMatch(/^No data yet, 50 % is a guess/);
    expect(ask(emptyTable([])).reason).toMatch(/^No model is known here yet/);
  });

  it('uses all tasks alike where the nightly test found that kinds of tasks do not help', () => {
    const table = tableWith();
    table.cells[1] = cell('type', key, [{ n: 400, solved: 40 }]);
    expect(ask(table).model).toBe('dear');
    const answer = ask({ ...table, method: { used: 'static', why: 'cells were no better' } });
    expect(answer).toMatchObject({
      model: 'cheap',
      method: 'static: cells were no better',
      evidence: { level: 'global' },
    });
    expect(ask({ ...table, method: { used: 'knn', why: 'near tasks help' } }).method).toContain('cells');
  });

  it('advises to split the task when nobody is likely to solve it', () => {
    const table = {
      ...emptyTable(['a', 'b']),
      cells: [
        cell('global', '', [
          { n: 300, solved: 20 },
          { n: 300, solved: 9 },
        ]),
      ],
    };
    expect(ask(table).advice).toBe('Split the task or ask a person: the best of 2 models, a, has a chance of 7 %.');
    expect(ask(tableWith()).advice).toBeNull();
  });

  it('is kept for the next one who asks the same, whatever else is unknown of the task', () => {
    const recommender = compileTable(tableWith());
    const first = recommender.recommend(refactor, noChance);
    expect(recommender.recommend({ ...refactor, repoId: 'never seen', complexity: 'odd' }, noChance)).toBe(first);
  });
});

describe('filters', () => {
  it('let a pin win, visibly, but not over the deny-list or a cap', () => {
    const pins = [{ model: 'weak', language: 'typescript ' }];
    const pinned = ask(tableWith({ pins, allow: ['dear'] }));
    expect(pinned).toMatchObject({
      model: 'weak',
      pinned: true,
      filters: [{ filter: 'pin', removed: ['cheap', 'dear'] }],
    });
    expect(pinned.reason).toMatch(/^Pinned by the project: /);
    expect(ask(tableWith({ pins }), { language: 'go' }).pinned).toBe(false);
    expect(ask(tableWith({ pins, deny: ['weak'] }))).toMatchObject({ model: null, pinned: true });
    expect(ask(tableWith({ pins }), { ...refactor, maxCost: 0.01 }).model).toBeNull();
    expect(ask(tableWith({ pins: [{ model: 'not known yet' }] }))).toMatchObject({ model: 'not known yet', n: 0 });
  });

  it('name the one that took the last model, and what would have to change', () => {
    expect(ask(tableWith(), { ...refactor, maxCost: 0.01 })).toMatchObject({
      model: null,
      estimatedCost: null,
      reason:
        'No model is left: maxCost took the last 3, cheap, dear and weak. From maxCost $0.05 on there would be one; it was $0.01.',
    });
    expect(ask(tableWith({ deny: ids })).reason).toContain('deny took the last 3');
    expect(ask(tableWith(), { ...refactor, maxTimeMs: 20_000 }).model).toBe('weak');
  });

  it('take out what has no known price under a cap: unknown is not free', () => {
    const table = tableWith();
    const free = cell('global', '', [{ n: 400, solved: 390 }]);
    table.cells = [free];
    table.models[0]!.price = { input: 1, output: 1, cache: undefined };
    expect(ask(table).model).toBe('cheap');
    const capped = ask(table, { maxCost: 100 });
    expect(capped.model).toBeNull();
    expect(capped.filters[0]!.why).toContain('is not known');
  });

  it('keep what has an unknown context, and say it', () => {
    const table = tableWith();
    table.models[0]!.contextTokens = 8_000;
    const answer = ask(table, { ...refactor, contextTokens: 100_000 });
    expect(answer.model).toBe('dear');
    expect(answer.filters).toEqual([
      { filter: 'contextTokens', removed: ['cheap'], why: 'Cannot hold 100000 tokens.' },
      {
        filter: 'contextTokens',
        removed: [],
        why: 'How much dear and weak can hold is not known: kept all the same.',
      },
    ]);
  });
});

describe('a plan in an answer', () => {
  const table = (settings: Record<string, unknown> = {}): RoutingTable => ({
    ...tableWith(settings),
    rescues: [{ failed: [2], model: 1, n: 200, solved: 150, costN: 200, costSum: 80 }],
  });

  it('is there when attempts are checked well enough and it costs less', () => {
    const settings = { verifiers: { tests: { falseAccept: 0.02, falseReject: 0.02 } }, deny: ['cheap'] };
    const answer = ask(table(settings), { ...refactor, verify: 'tests' });
    expect(answer.plan.map(({ model, when }) => [model, when])).toEqual([
      ['weak', 'first'],
      ['dear', 'when the check fails weak'],
    ]);
    expect(answer.model).toBe('weak');
    expect(answer.estimatedCost).toBeLessThan(0.3);
    expect(answer.estimatedSuccessRate).toBeGreaterThan(0.81);
    expect(answer.plan[1]!.expectedCostUsd).toBeGreaterThan(0.38);
    expect(answer.reason).toContain('Plan: weak, then dear when the check fails');
    expect(answer.confidence).toBeGreaterThan(0.5);
  });

  it('is one model when nothing is checked, or too badly', () => {
    expect(ask(table({ deny: ['cheap'] })).plan).toEqual([]);
    const weak = { verifiers: { tests: { falseAccept: 0.21, falseReject: 0 } }, deny: ['cheap'] };
    expect(ask(table(weak), { ...refactor, verify: 'tests' }).plan).toEqual([]);
  });

  it('holds the cap for each attempt, those on harder tasks too', () => {
    const settings = { verifiers: { tests: { falseAccept: 0.02, falseReject: 0.02 } }, deny: ['cheap'] };
    const capped = ask(table(settings), { ...refactor, verify: 'tests', maxCost: 0.35 });
    expect(capped.plan).toEqual([]);
    expect(capped.model).toBe('dear');
  });
});

describe('chance', () => {
  const exploring = tableWith({ exploration: { enabled: true, share: 0.2 } });

  it('draws each model as often as its propensity says', () => {
    const recommender = compileTable(exploring);
    const seen = new Map<string, number>();
    for (let i = 0; i < 2_000; i++) {
      const { answer } = recommender.recommend(refactor, { mayExplore: true, random: () => (i + 0.5) / 2_000 });
      seen.set(answer.model!, answer.propensity);
      const count = seen.get(`drawn ${answer.model}`) ?? 0;
      seen.set(`drawn ${answer.model}`, count + 1);
      expect(answer.explored).toBe(answer.model !== 'cheap');
    }
    expect(seen.get('cheap')).toBeGreaterThan(0.8);
    expect(seen.get('dear')).toBeGreaterThan(0);
    for (const id of ['cheap', 'dear']) expect(seen.get(`drawn ${id}`)! / 2_000).toBeCloseTo(seen.get(id)!, 2);
  });

  it('draws nothing where the budget is spent, but a trial goes on', () => {
    const last = { mayExplore: false, random: () => 0.999 };
    expect(ask(exploring, refactor, last)).toMatchObject({ model: 'cheap', propensity: 1, explored: false });
    const trial = { challenger: 'weak', incumbent: 'dear', share: 0.25 };
    const recommender = compileTable({ ...tableWith({ trial, incumbent: 'dear' }), trialRuns: true });
    const at = (draw: number) => recommender.recommend(refactor, { mayExplore: false, random: () => draw });
    expect(at(0.1).answer).toMatchObject({ model: 'weak', propensity: 0.25 });
    expect(at(0.1).answer.reason).toMatch(/^Drawn for the trial of weak against dear: /);
    expect(at(0.3)).toMatchObject({ answer: { model: 'dear', propensity: 0.25 }, incumbentPropensity: 0.25 });
    expect(at(0.7).answer).toMatchObject({ model: 'cheap', propensity: 0.5 });
    expect(ask({ ...tableWith({ trial }), trialRuns: false }).propensity).toBe(1);
  });
});
