import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recommendation } from '../../src/contract/portfolio/recommend.ts';
import { compileTable, packTable, unpackTable, type RoutingTable, type TableCell } from '../../src/portfolio/index.ts';
import { seededRandom } from '../../src/stats/index.ts';
import { cell, emptyTable, noChance } from './support.ts';

const Answer = Recommendation.omit({ recommendationId: true });

describe('whatever a table holds', () => {
  it('no pin, cap or deny-list is violated, nothing is NaN, and packed it answers alike, in 10,000 states', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        const random = seededRandom(seed);
        const raw = anyTable(random);
        const packed = packTable(raw);
        const text = JSON.stringify(packed);
        const table = unpackTable(JSON.parse(text));
        expect(JSON.stringify(packTable(table))).toBe(text);
        const request = anyRequest(random);
        const draw = random();
        const chance = { mayExplore: random() < 0.5, random: () => draw };
        const { answer } = compileTable(table).recommend(request, chance);
        const { error } = Answer.safeParse(answer);
        expect(error).toBeUndefined();
        expect(JSON.stringify(answer)).not.toMatch(/NaN|Infinity|undefined/);
        holds(table, request, answer);
        // Both tables each time would take a minute.
        if (seed % 10 > 0) return;
        const again = compileTable(unpackTable(JSON.parse(text))).recommend(request, chance).answer;
        expect(again).toEqual(answer);
        holds(raw, request, compileTable(raw).recommend(request, chance).answer);
      }),
      { numRuns: 10_000 },
    );
  }, 300_000);

  it('a corrupt figure is left out, said, and breaks no answer', () => {
    const table = emptyTable(['a', 'b']);
    const good = cell('global', '', [
      { n: 100, solved: 80, costUsd: 1 },
      { n: 100, solved: 20, costUsd: 1 },
    ]);
    const bad = [
      { n: NaN, solved: 1 },
      { n: 10, solved: 11 },
      { n: -1, solved: 0 },
      { n: Infinity, solved: 0 },
      { n: 10, solved: 5, costUsd: -1 },
      { n: 10, solved: 5, timeMs: NaN },
    ];
    for (const one of bad) {
      const broken: RoutingTable = { ...table, cells: [good, cell('type', '/', [one])] };
      const recommender = compileTable(broken);
      expect(recommender.leftOut).toBe(1);
      const { answer } = recommender.recommend({}, noChance);
      expect(answer).toMatchObject({ model: 'a', n: 100 });
      expect(answer.method).toContain('1 corrupt count is left out');
      const unpacked = unpackTable(JSON.parse(JSON.stringify(packTable(broken))));
      expect(compileTable(unpacked).recommend({}, noChance).answer.model).toBe('a');
    }
    const strange = { ...cell('global', '', [{ n: 9, solved: 9 }]) };
    strange.figures[0]!.model = 7;
    expect(compileTable({ ...table, cells: [good, strange] }).leftOut).toBe(1);
  });

  it('what is no table is refused by the name of the member', () => {
    const packed = JSON.parse(JSON.stringify(packTable(emptyTable(['a'])))) as Record<string, unknown>;
    expect(() => unpackTable(null)).toThrow('table is null, expected an object');
    expect(() => unpackTable({ ...packed, format: 2 })).toThrow('table.format');
    expect(() => unpackTable({ ...packed, models: [['a']] })).toThrow('table.models[0]');
    expect(() => unpackTable({ ...packed, settings: { ...(packed['settings'] as object), margin: 'x' } })).toThrow(
      'table.settings.margin is string, expected a number',
    );
    for (const name of Object.keys(packed)) {
      if (name === 'trialRuns') continue;
      expect(() => unpackTable({ ...packed, [name]: undefined })).toThrow(`table.${name}`);
    }
  });

  it('24 models in 200 cells with all rescues fit into 64 KiB gzipped', () => {
    const random = seededRandom(3);
    const ids = Array.from({ length: 24 }, (_, i) => `provider/model-${i}`);
    const table = emptyTable(ids);
    const names = Array.from({ length: 199 }, (_, i) => `task-${i % 10}/language-${i}/repository-${i}`);
    table.cells = ['', ...names].map((key) => figuresFor(random, key === '' ? 'global' : 'repo', key, ids.length, 1));
    for (let a = 0; a < 24; a++)
      for (let model = 0; model < 24; model++) {
        if (model === a) continue;
        table.rescues.push(anyRescue(random, [a], model));
        for (let b = a + 1; b < 24; b++) if (b !== model) table.rescues.push(anyRescue(random, [a, b], model));
      }
    const bytes = gzipSync(JSON.stringify(packTable(table))).length;
    expect(bytes).toBeLessThan(64 * 1_024);
  });
});

type Asked = ReturnType<typeof anyRequest>;

function holds(
  table: RoutingTable,
  request: Asked,
  answer: ReturnType<ReturnType<typeof compileTable>['recommend']>['answer'],
) {
  const { settings } = table;
  const served =
    answer.plan.length > 0 ? answer.plan.map(({ model }) => model) : answer.model === null ? [] : [answer.model];
  const pin = settings.pins.find(({ taskType }) => taskType === undefined || taskType === request.taskType);
  for (const id of served) {
    expect(settings.deny).not.toContain(id);
    if (pin) expect(id).toBe(pin.model);
    else if (settings.allow) expect(settings.allow).toContain(id);
  }
  expect(answer.pinned).toBe(pin !== undefined);
  if (request.maxCost === undefined || answer.model === null) return;
  // Nine in ten lie below p90, which is no less than the mean in these tables: what is expected is within the cap, too.
  if (answer.plan.length === 0) expect(answer.estimatedCost).toBeLessThanOrEqual(request.maxCost * 1.02);
  for (const { expectedCostUsd } of answer.plan) expect(expectedCostUsd).toBeLessThanOrEqual(request.maxCost * 1.02);
}

const ids = ['m0', 'm1', 'm2', 'm3'];
const some = <Value>(random: () => number, values: readonly Value[]) => values.filter(() => random() < 0.4);
const one = <Value>(random: () => number, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)]!;

function anyTable(random: () => number): RoutingTable {
  const share = random() * 0.5;
  const table = emptyTable(ids, {
    allow: random() < 0.3 ? some(random, ids) : null,
    deny: random() < 0.3 ? some(random, ids) : [],
    pins: random() < 0.2 ? [{ model: one(random, ids), ...(random() < 0.5 ? { taskType: 't1' } : {}) }] : [],
    incumbent: random() < 0.5 ? one(random, [...ids, 'elsewhere']) : null,
    margin: random() * 0.2,
    goal: one(random, ['save', 'solve']),
    verifiers: { tests: { falseAccept: random() * 0.3, falseReject: random() } },
    exploration: { enabled: random() < 0.5, share: random() * 0.2 },
    trial: random() < 0.3 && share > 0 ? { challenger: 'm0', incumbent: 'm1', share } : null,
  });
  const cells = (pairs: [TableCell['level'], string][]) =>
    some(random, pairs).map(([level, key]) => figuresFor(random, level, key, ids.length, 0.7));
  const wide: [TableCell['level'], string][] = [
    ['global', ''],
    ['type', 't1/'],
    ['type', 't2/'],
  ];
  return {
    ...table,
    trialRuns: random() < 0.7,
    method: { used: one(random, ['static', 'cells', 'knn']), why: 'measured' },
    cells: cells([...wide, ['complexity', 't1//high'], ['repo', 't1//r']]),
    evals: cells(wide),
    pool: cells(wide),
    rescues: some(random, [anyRescue(random, [0], 1), anyRescue(random, [1], 2), anyRescue(random, [0, 1], 2)]),
  };
}

const anyRequest = (random: () => number) => ({
  taskType: one(random, ['t1', 't2', 'unheard of', undefined]),
  complexity: one(random, ['high', undefined]),
  repoId: one(random, ['r', '/', undefined]),
  maxCost: random() < 0.5 ? 10 ** (random() * 6 - 4) : undefined,
  maxTimeMs: random() < 0.2 ? 10 ** (random() * 6) : undefined,
  contextTokens: random() < 0.2 ? 1_000 : undefined,
  verify: one(random, ['none', 'tests', undefined] as const),
});

/** Amounts whose p90 is above their mean; most are known, some counts are fractions. */
function figuresFor(
  random: () => number,
  level: TableCell['level'],
  key: string,
  models: number,
  filled: number,
): TableCell {
  const amount = (n: number, scale: number) => {
    const mean = scale * 10 ** (random() * 2 - 1);
    return { n, mean, median: mean * (0.5 + random() / 2), p90: mean * (1 + random() * 2) };
  };
  const figures = Array.from({ length: models }, (_, model) => model)
    .filter(() => random() < filled)
    .map((model) => {
      const n = Math.ceil(10 ** (random() * 3));
      const solved = one(random, [0, n, Math.floor(n * random())]);
      const cost = random() < 0.8 ? amount(n, 0.1) : undefined;
      return { model, n, solved, cost, time: random() < 0.8 ? amount(n, 60_000) : undefined };
    });
  return { level, key, figures };
}

function anyRescue(random: () => number, failed: number[], model: number) {
  const n = Math.ceil(random() * 200);
  return { failed, model, n, solved: Math.floor(n * random() * 0.5), costN: n, costSum: n * random() };
}
