import { describe, expect, it } from 'vitest';
import { compareRuns, compareWithSeveral } from '../../src/compare/compare-runs.ts';
import { changeSaid } from '../../src/compare/terminal-report.ts';
import { verdictOf } from '../../src/compare/verdict.ts';
import { problems, recordedRun } from '../support/recorded-run.ts';

const passed = 'passed' as const;
const failed = 'failed' as const;
const draws = 2_000;

/** Of 164: 105 pass in both, `lost` in A alone, `gained` in B alone. */
function pairOfRuns(lost: number, gained: number, n = 164) {
  const a = problems(n, (i) => (i < 105 || i < 105 + lost ? passed : failed));
  const b = problems(n, (i) => (i < 105 || (i >= 105 + lost && i < 105 + lost + gained) ? passed : failed));
  return [
    recordedRun({ samples: a, directory: 'a' }),
    recordedRun({ samples: b, directory: 'b', label: 'another' }),
  ] as const;
}

describe('two runs of one sample per problem', () => {
  it('are compared by pairs: counts, exact McNemar, Newcombe and bootstrap', () => {
    const [a, b] = pairOfRuns(21, 9);
    const comparison = compareRuns(a, b, { draws });
    expect(comparison).toMatchObject({
      problems: 164,
      counts: { both: 105, onlyFirst: 21, onlySecond: 9, neither: 29 },
      test: { name: 'exact McNemar' },
      isSeparated: true,
    });
    // Reference figures of scipy and statsmodels: shared/test/stats/paired.test.ts.
    expect(comparison.test.p.twoSided).toBeCloseTo(0.042773945257067694, 12);
    expect(comparison.test.p.drop).toBeCloseTo(0.021386972628533847, 12);
    expect(comparison.difference).toBeCloseTo(-12 / 164, 14);
    const [low, high] = comparison.interval!;
    expect(low).toBeLessThan(-12 / 164);
    expect(high).toBeGreaterThan(-12 / 164);
    expect(high).toBeLessThan(0);
    expect(comparison.bootstrapInterval![0]).toBeCloseTo(low, 1);
    expect(verdictOf(comparison)).toMatch(
      /^separated: B is worse by 7\.3 points \(p = \.0428, 95 % interval -13\.\d to -0\.\d\)$/,
    );
  });

  it('are the same the other way round', () => {
    const [a, b] = pairOfRuns(21, 9);
    const [there, back] = [compareRuns(a, b, { draws }), compareRuns(b, a, { draws })];
    expect(back.difference).toBeCloseTo(-there.difference, 14);
    expect(back.interval![0]).toBeCloseTo(-there.interval![1], 12);
    expect(back.test.p.gain).toBe(there.test.p.drop);
    expect(back.lost.map(({ problemId }) => problemId)).toEqual(there.gained.map(({ problemId }) => problemId));
  });

  it('that differ little are not called equal, and it is said what could have been seen', () => {
    const [a, b] = pairOfRuns(14, 14);
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.isSeparated).toBe(false);
    // 28 of 164 pairs differ: SE sqrt(28)/164 and (1.645 + .842) of it.
    expect(comparison.detectableDrop).toBeCloseTo(
      (1.6448536 + 0.8416212) * (Math.sqrt((28 / 164) * (164 / 163)) / Math.sqrt(164)),
      4,
    );
    expect(verdictOf(comparison)).toBe(
      'no separation detected at this sample size (could have seen a drop of >= 8.0 points)',
    );
  });

  it('that agree on everything could still have seen the five losses that the test needs', () => {
    const [a, b] = pairOfRuns(0, 0);
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.test.p).toEqual({ twoSided: 1, drop: 1, gain: 1 });
    expect(comparison.detectableDrop).toBeCloseTo(5 / 164, 12);
    expect(comparison.lost).toEqual([]);
  });

  it('list what was lost and gained, with how it ended', () => {
    const a = recordedRun({
      samples: { p1: passed, p2: passed, p10: { status: 'failed', detail: 'wrong answer' }, p9: passed },
    });
    const b = recordedRun({
      samples: { p1: { status: 'failed', detail: 'AssertionError' }, p2: 'timeout', p10: passed, p9: passed },
    });
    const { lost, gained } = compareRuns(a, b, { draws });
    expect(lost).toEqual([
      { problemId: 'p1', passRateA: 1, passRateB: 0, said: ['failed: AssertionError'] },
      { problemId: 'p2', passRateA: 1, passRateB: 0, said: ['timeout'] },
    ]);
    expect(gained).toEqual([{ problemId: 'p10', passRateA: 0, passRateB: 1, said: ['failed: wrong answer'] }]);
  });
});

describe('what has no verdict', () => {
  it('is left out of the pairs and counted, and is no failure', () => {
    const a = recordedRun({ samples: { p1: passed, p2: passed, p3: passed, p4: failed } });
    const b = recordedRun({ samples: { p1: passed, p2: 'error', p3: 'skipped', p4: failed } });
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.difference).toBe(0);
    expect(comparison.leftOut).toEqual([
      { problemId: 'p2', b: 'error' },
      { problemId: 'p3', b: 'skipped' },
    ]);
    expect(comparison.missing.b).toEqual({ errors: 1, skipped: 1, samples: 4 });
    expect(comparison.warnings).toEqual([
      'B has no verdict on 2 of 4 samples: 1 by errors of infrastructure, 1 not asked',
      '2 problems left out, without a verdict in one of the runs: p2, p3',
    ]);
  });

  it('among repeats leaves the others of its problem', () => {
    const a = recordedRun({ samples: { p1: [passed, 'error', failed], p2: [passed, passed, passed] } });
    const b = recordedRun({ samples: { p1: [failed, failed, failed], p2: [passed, passed, passed] } });
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.difference).toBe(-0.25);
    expect(comparison.leftOut).toEqual([]);
  });

  it('everywhere leaves nothing to compare', () => {
    const a = recordedRun({ samples: { p1: passed } });
    const b = recordedRun({ samples: { p1: 'error' } });
    expect(() => compareRuns(a, b)).toThrow('no problem has a verdict in both');
  });
});

describe('runs that do not fit', () => {
  it('of different data sets are refused, whatever is allowed', () => {
    const a = recordedRun({ samples: { p1: passed }, directory: 'a' });
    const b = recordedRun({ samples: { p1: passed }, directory: 'b', sha256: 'b'.repeat(64) });
    for (const allowPartial of [false, true])
      expect(() => compareRuns(a, b, { allowPartial })).toThrow(
        /different data sets: made-up \(sha256 a{12}\) in a, made-up \(sha256 b{12}\) in b/,
      );
  });

  it('of some of the problems are refused, unless that is allowed and then said', () => {
    const a = recordedRun({ samples: { p1: passed, p2: passed, p3: failed }, directory: 'a' });
    const b = recordedRun({ samples: { p1: failed, p2: passed }, directory: 'b' });
    expect(() => compareRuns(a, b)).toThrow(
      'b has no result for 1 of 3 problems (p3). Finish that run, or compare the 2 that both have with --allow-partial',
    );
    const comparison = compareRuns(a, b, { allowPartial: true, draws });
    expect(comparison.problems).toBe(2);
    expect(comparison.lackedByB).toEqual(['p3']);
    expect(comparison.warnings).toContain('B has no result for 1 problem, left out: p3');
  });

  it('that were cut off are no smaller runs', () => {
    const a = recordedRun({ samples: { p1: passed, p2: passed } });
    const b = recordedRun({ samples: { p1: passed }, unfinished: ['p2'], directory: 'b' });
    expect(() => compareRuns(a, b)).toThrow('b has no result for 1 of 2 problems (p2)');
  });

  it('without a problem in common are refused in any case', () => {
    const a = recordedRun({ samples: { p1: passed } });
    const b = recordedRun({ samples: { p2: passed } });
    expect(() => compareRuns(a, b, { allowPartial: true })).toThrow('no problem in common');
  });
});

describe('what changed between two runs', () => {
  const samples = { p1: passed, p2: failed };

  it('is named, and a change of the yardstick is warned of', () => {
    const a = recordedRun({
      samples,
      manifest: { subject: { kind: 'model', label: 'm', model: 'one', params: { temperature: 0 } } },
    });
    const b = recordedRun({
      samples,
      manifest: {
        subject: { kind: 'model', label: 'm', model: 'two', params: { temperature: 0.2 }, prompt: 'new' },
        timeoutMs: 5_000,
        executor: { tier: 'pyodide', versions: { python: '3.11.7' }, enforces: { cannot: [] } },
        seed: 4,
      },
    });
    const { changes, warnings } = compareRuns(a, b, { draws });
    expect(changes).toEqual([
      { field: 'subject.model', a: 'one', b: 'two', of: 'subject' },
      { field: 'subject.params.temperature', a: 0, b: 0.2, of: 'subject' },
      { field: 'timeoutMs', a: 3_000, b: 5_000, of: 'yardstick' },
      { field: 'executor.tier', a: 'process', b: 'pyodide', of: 'yardstick' },
      { field: 'seed', a: 0, b: 4, of: 'sampling' },
      { field: 'subject.prompt', b: 'new', of: 'subject' },
    ]);
    expect(warnings).toEqual([
      'the yardstick changed too (timeoutMs, executor.tier): verdicts may differ by it and not by the subject',
    ]);
  });

  it('includes problems whose own reference fails in one environment alone', () => {
    const a = recordedRun({ samples });
    const b = recordedRun({ samples, origin: { referenceFailures: ['p2'] } });
    expect(compareRuns(a, b, { draws }).warnings).toEqual([
      'the reference of 1 problem fails in the environment of one run alone: p2',
    ]);
    expect(compareRuns(b, b, { draws }).warnings).toEqual([]);
  });
});

describe('a change of a long text', () => {
  it('is shown where the texts part', () => {
    const long = 'You solve problems. '.repeat(20);
    const field = 'subject.prompt';
    expect(changeSaid({ field, a: `${long}Be brief.`, b: `${long}Think first, then answer.`, of: 'subject' })).toBe(
      'subject.prompt: …You solve problems. Be brief. -> …You solve problems. Think first, then answer.',
    );
    expect(changeSaid({ field, a: 'short', of: 'subject' })).toBe('subject.prompt: short -> absent');
    expect(changeSaid({ field, a: long, b: 'short', of: 'subject' })).toBe(
      `subject.prompt: ${long.slice(0, 58)}… -> short`,
    );
  });
});

describe('repeats', () => {
  it('are compared by the means of problems, which see what one sample each cannot', () => {
    const repeats = (passes: number) => [0, 1, 2].map((i) => (i < passes ? passed : failed));
    const a = recordedRun({ samples: problems(60, (i) => repeats([3, 2, 3, 1][i % 4]!)) });
    const b = recordedRun({ samples: problems(60, (i) => repeats([3, 1, 2, 1][i % 4]!)) });
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.test.name).toBe('paired t');
    expect(comparison.counts).toBeUndefined();
    expect(comparison.rateA).toBeCloseTo(0.75, 12);
    expect(comparison.difference).toBeCloseTo(-1 / 6, 12);
    expect(comparison.isSeparated).toBe(true);
    expect(comparison.lost[0]).toMatchObject({ passRateA: 2 / 3, passRateB: 1 / 3 });
  });

  it('that all fell alike are no tie though nothing varies', () => {
    const a = recordedRun({ samples: problems(20, () => [passed, passed]) });
    const b = recordedRun({ samples: problems(20, () => [failed, failed]) });
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.test.name).toBe('sign test');
    expect(comparison.test.p.drop).toBeCloseTo(2 ** -20, 15);
    expect(comparison.isSeparated).toBe(true);
  });
});

describe('problems that cluster', () => {
  it('must convince a cluster-robust test as well', () => {
    // All 8 losses in one repository: one accident, not eight.
    const clusters = problems(64, (i) => `repository ${i >> 3}`);
    const a = recordedRun({ samples: problems(64, () => passed), clusters });
    const b = recordedRun({ samples: problems(64, (i) => (i < 8 ? failed : passed)), clusters });
    const alone = compareRuns(
      recordedRun({ samples: problems(64, () => passed) }),
      recordedRun({ samples: problems(64, (i) => (i < 8 ? failed : passed)) }),
      { draws },
    );
    const comparison = compareRuns(a, b, { draws });
    expect(alone.isSeparated).toBe(true);
    expect(comparison.test.name).toBe('exact McNemar and cluster-robust t');
    expect(comparison.clusters).toBe(8);
    expect(comparison.mcnemar!.twoSided).toBe(alone.test.p.twoSided);
    expect(comparison.isSeparated).toBe(false);
    expect(comparison.interval![0]).toBeLessThan(alone.interval![0]);
  });
});

describe('cost and time', () => {
  const priced = (costUsd: number, timeMs: number, status: 'passed' | 'failed' = passed) => ({
    status,
    costUsd,
    timeMs,
  });

  it('are compared per sample and per solved, with intervals', () => {
    const a = recordedRun({
      samples: problems(40, (i) => priced(0.01 + 0.0001 * i, 1_000 + i, i % 2 ? passed : failed)),
    });
    const b = recordedRun({
      samples: problems(40, (i) => priced(0.012 + 0.0001 * i, 500 + i, i % 4 ? passed : failed)),
    });
    const { costUsd, costPerSolvedUsd, timeMs } = compareRuns(a, b, { draws });
    expect(costUsd!.a).toBeCloseTo(0.01195, 12);
    expect(costUsd!.change).toBeCloseTo(0.01395 / 0.01195 - 1, 12);
    expect(costUsd!.interval![0]).toBeGreaterThan(0.1);
    expect(costPerSolvedUsd!.a).toBeCloseTo(0.01195 * 2, 12);
    expect(costPerSolvedUsd!.b).toBeCloseTo(0.01395 / 0.75, 12);
    expect(costPerSolvedUsd!.interval![1]).toBeGreaterThan(costPerSolvedUsd!.change!);
    expect(timeMs.change).toBeCloseTo(519.5 / 1_019.5 - 1, 12);
  });

  it('a price that is not known is no price of 0', () => {
    const a = recordedRun({ samples: { p1: priced(0.01, 1), p2: priced(0.01, 1) } });
    const b = recordedRun({ samples: { p1: priced(0.01, 1), p2: passed } });
    const comparison = compareRuns(a, b, { draws });
    expect(comparison.costUsd).toBeUndefined();
    expect(comparison.costPerSolvedUsd).toBeUndefined();
    expect(comparison.unpriced).toEqual({ a: 0, b: 1 });
  });

  it('nothing solved has no cost per solved, and free has no relative change', () => {
    const a = recordedRun({ samples: { p1: priced(0, 1, failed), p2: priced(0, 1, failed) } });
    const b = recordedRun({ samples: { p1: priced(0.01, 1), p2: priced(0.02, 1) } });
    const { costUsd, costPerSolvedUsd } = compareRuns(a, b, { draws });
    expect(costUsd).toEqual({ a: 0, b: 0.015 });
    expect(costPerSolvedUsd).toBeUndefined();
  });

  it('draws that solve nothing at all are no accident', () => {
    const a = recordedRun({ samples: problems(8, (i) => priced(0.01, 1, i ? failed : passed)) });
    const b = recordedRun({ samples: problems(8, (i) => priced(i % 2 ? 0 : 0.02, 1, i ? failed : passed)) });
    expect(compareRuns(a, b, { draws }).costPerSolvedUsd).toMatchObject({ a: 0.08, b: 0.08, change: 0 });
  });
});

describe('several runs beside one', () => {
  it('have more to show each, by Holm', () => {
    const [a, b] = pairOfRuns(21, 9);
    const [, same] = pairOfRuns(14, 14);
    const alone = compareWithSeveral(a, [b], { draws });
    expect(alone[0]!.isSeparated).toBe(true);
    const others = compareWithSeveral(a, [b, b, same], { draws });
    expect(others[0]!.test.p.twoSided).toBeCloseTo(0.0428, 4);
    expect(others[0]!.adjustedP.twoSided).toBeCloseTo(3 * 0.042773945257067694, 10);
    expect(others.map(({ isSeparated }) => isSeparated)).toEqual([false, false, false]);
    expect(others[0]!.detectableDrop).toBeGreaterThan(alone[0]!.detectableDrop);
  });
});
