import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticDataset, syntheticProblem } from '../../../test/support/scripted-run.ts';
import { chooseProblems } from '../../src/cli/run/choose-problems.ts';
import { summaryTable } from '../../src/cli/run/summary-table.ts';
import { openBudget } from '../../src/run/budget.ts';
import { canonicalJson } from '../../src/run/canonical-json.ts';
import { cacheKeyOf } from '../../src/run/generation-cache.ts';
import { drawProblems, planOf } from '../../src/run/plan.ts';
import { noCounts, progressOf } from '../../src/run/progress.ts';

describe('a budget', () => {
  it('is never passed, whatever answers cost up to their worst case and in whatever order they end', async () => {
    const ask = fc.record({ worst: fc.nat(50), share: fc.double({ min: 0, max: 1, noNaN: true }), delay: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300),
        fc.array(ask, { maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        async (cents, asks, width) => {
          const limit = cents / 100;
          const budget = openBudget(limit, []);
          let refusedAt = Infinity;
          let startedAfterRefusal = 0;
          const queue = asks.entries();
          const lane = async () => {
            for (const [index, { worst, share, delay }] of queue) {
              const reservation = await budget.reserve(worst / 100);
              if (!reservation) refusedAt = Math.min(refusedAt, index);
              else if (index > refusedAt) startedAfterRefusal += 1;
              for (let i = 0; i < delay; i++) await Promise.resolve();
              reservation?.settle((share * worst) / 100);
            }
          };
          await Promise.all(Array.from({ length: width }, lane));
          expect(budget.paidUsd()).toBeLessThanOrEqual(limit + 1e-9);
          expect(startedAfterRefusal).toBe(0);
        },
      ),
    );
  });

  it('counts an answer that does not tell its price as the worst it could have been', async () => {
    const budget = openBudget(1, []);
    for (const expected of [true, true, false]) {
      const reservation = await budget.reserve(0.5);
      expect(reservation !== undefined).toBe(expected);
      reservation?.settle(undefined);
    }
    expect(budget.paidUsd()).toBe(0);
  });

  it('waits for what is in flight before it says no', async () => {
    const budget = openBudget(1, []);
    const first = await budget.reserve(0.8);
    const second = budget.reserve(0.8);
    first?.settle(0.1);
    expect(await second).toBeDefined();
  });

  it('lets ten answers of ten cents fit into a dollar', async () => {
    const budget = openBudget(1, []);
    for (let i = 0; i < 10; i++) (await budget.reserve(0.1))!.settle(0.1);
    expect(await budget.reserve(0.1)).toBeUndefined();
  });
});

describe('a plan', () => {
  const { problems } = syntheticDataset(30);

  it('holds every sample once, first ones before second ones', () => {
    const plan = planOf(problems, () => 3, 7);
    expect(new Set(plan.map(({ problem, sampleIndex }) => `${problem.id} ${sampleIndex}`)).size).toBe(90);
    expect(plan.map(({ sampleIndex }) => sampleIndex)).toEqual([0, 1, 2].flatMap((i) => Array<number>(30).fill(i)));
  });

  it('puts no problem in front: over many seeds each comes first about as often', () => {
    const firsts = new Map<string, number>();
    for (let seed = 0; seed < 3_000; seed++) {
      const { id } = planOf(problems, () => 1, seed)[0]!.problem;
      firsts.set(id, (firsts.get(id) ?? 0) + 1);
    }
    // Expected 100 each; five standard deviations are 49.
    expect(Math.min(...problems.map(({ id }) => firsts.get(id) ?? 0))).toBeGreaterThan(50);
    expect(Math.max(...firsts.values())).toBeLessThan(150);
  });

  it('draws the problems that it would do first', () => {
    const first = planOf(problems, () => 1, 5).slice(0, 8);
    const drawn = drawProblems(problems, 8, 5);
    expect(new Set(drawn)).toEqual(new Set(first.map(({ problem }) => problem)));
  });
});

describe('choosing problems', () => {
  const all = ['A/1', 'A/10', 'B/1', 'B.1'].map((id) => ({ id }));
  const chosen = (problems: string) => chooseProblems(all, { problems, seed: 0 }).map(({ id }) => id);

  it('takes ids and patterns, in the order of the data set', () => {
    expect(chosen('B/1, A/*')).toEqual(['A/1', 'A/10', 'B/1']);
    expect(chosen('B.1')).toEqual(['B.1']);
  });

  it('refuses what fits nothing, and an empty list', () => {
    expect(() => chosen('A/1,A/2')).toThrow('no problem is called A/2');
    expect(() => chosen(' , ')).toThrow('--problems');
  });
});

describe('canonical JSON', () => {
  it('reads back as the same value and has one text whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        const turned = JSON.parse(JSON.stringify(value), (_, member: unknown) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).toReversed())
            : member,
        ) as unknown;
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('the key of a cached answer', () => {
  const subject = { kind: 'model' as const, label: 'm' };

  it('is that of the question, not of its name', () => {
    const key = cacheKeyOf(subject, syntheticProblem('a', { prompt: 'same' }));
    expect(cacheKeyOf(subject, syntheticProblem('b', { prompt: 'same' }))).toBe(key);
    expect(cacheKeyOf(subject, syntheticProblem('a', { prompt: 'other' }))).not.toBe(key);
    expect(cacheKeyOf(subject, syntheticProblem('a', { prompt: 'same', stem: 'def f():' }))).not.toBe(key);
    expect(cacheKeyOf({ ...subject, temperature: 1 }, syntheticProblem('a', { prompt: 'same' }))).not.toBe(key);
  });

  it('does not exist where the question is more than its words', () => {
    expect(cacheKeyOf({ kind: 'command', label: 'agent' }, syntheticProblem('a'))).toBeUndefined();
    expect(
      cacheKeyOf(subject, {
        kind: 'repo',
        id: 'r',
        prompt: 'x',
        language: 'go',
        type: 'bugfix',
        tags: [],
        folder: '/r',
      }),
    ).toBeUndefined();
  });
});

describe('progress', () => {
  it('judges the pace by this session alone', () => {
    const counts = { ...noCounts(), passed: 60 };
    const progress = progressOf({ counts, total: 100, doneBefore: 50, elapsedMs: 5_000, paidUsd: 0 });
    expect(progress).toMatchObject({ done: 60, samplesPerSecond: 2, etaMs: 20_000 });
    const nothingYet = progressOf({ counts, total: 100, doneBefore: 60, elapsedMs: 5_000, paidUsd: 0 });
    expect(nothingYet.etaMs).toBeUndefined();
  });
});

describe('the table at the end', () => {
  it('says what is missing and that a price is unknown', () => {
    const lines = summaryTable(
      {
        manifestHash: '',
        reportHash: '',
        dataset: 'own',
        subject: { kind: 'model', label: 'm' },
        problemCount: 4,
        samplesPerProblem: 1,
        counts: { ...noCounts(), passed: 2, failed: 1, error: 1 },
        executor: 'process',
        isComplete: false,
        passRate: 2 / 3,
        interval: [0.2, 0.9],
        bracket: [0.5, 0.75],
        passAtK: { 1: 2 / 3 },
        knownCostUsd: 0.5,
        paidUsd: 0.5,
        unpricedCount: 1,
        reusedCount: 0,
        weakerCount: 0,
        startedAt: '2026-01-01T00:00:00.000Z',
        endedAt: '2026-01-01T00:02:00.000Z',
      },
      '/runs/x',
    ).join('\n');
    expect(lines).toContain('2 passed, 1 failed, 1 error');
    expect(lines).toContain('66.7 %  (95 %: 20.0 % to 90.0 %)');
    expect(lines).toContain('had failed 50.0 %, had passed 75.0 %');
    expect(lines).toContain('at least $0.5, 1 of unknown price');
  });
});
