import type { EvalResult, EvalRun, LeaderboardRow } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { addressOf, dotsOf, filtersOf, trendOf } from '../src/evals/leaderboard/model.ts';
import { gistOf } from '../src/evals/gist.ts';
import { groupHeads } from '../src/evals/leaderboard/tie-groups.ts';
import { afterEvent, resultMap, type LiveRun } from '../src/evals/run/live-run.ts';
import { runFilterOf, runsAddressOf } from '../src/evals/runs/filter.ts';
import { fieldErrorsOf, notShown } from '../src/evals/form/complaints.ts';
import { blankRun, requestOf, shownPaths } from '../src/evals/runs/new-run.ts';
import { tokensOf } from '../src/code/highlight.ts';

const rowOf = (label: string, more: Partial<LeaderboardRow>): LeaderboardRow => ({
  subject: { id: label, kind: 'model', label },
  tieGroup: 1,
  rankRange: [1, 1],
  passRate: 0.5,
  interval: [0.4, 0.6],
  n: 100,
  problems: 100,
  runs: 1,
  counts: { passed: 50, failed: 50, error: 0, timeout: 0, skipped: 0 },
  passAtK: {},
  costPerSolvedUsd: null,
  avgCostUsd: null,
  medianTimeMs: null,
  p90TimeMs: null,
  isOnFront: false,
  lastRunId: null,
  lastRunAt: '2026-03-01T00:00:00Z',
  change: null,
  openRegressionId: null,
  warnings: [],
  trend: [],
  ...more,
});

const pointAt = (at: string, passRate: number, regressionId?: string) => ({
  at,
  passRate,
  interval: [passRate - 0.1, passRate + 0.1] as [number, number],
  n: 10,
  runs: 1,
  costPerSolvedUsd: null,
  ...(regressionId !== undefined && { regressionId }),
});

describe('the leaderboard in its address', () => {
  it.each(['/leaderboard', '/leaderboard?dataset=mbpp&range=7d&kind=model&taskType=refactor'])('%s', (address) => {
    expect(addressOf(filtersOf(new URL(address, 'http://x').searchParams))).toBe(address);
  });

  it('takes nothing for what it does not know', () => {
    expect(filtersOf(new URLSearchParams('range=1y&kind=robot'))).toMatchObject({ range: '30d', kind: undefined });
  });
});

describe('groups of subjects that cannot be told apart', () => {
  it('are named by how many they are, never by ranks', () => {
    const heads = groupHeads([{ tieGroup: 1 }, { tieGroup: 1 }, { tieGroup: 2 }]);
    expect([...heads]).toEqual([
      [1, 'Best group: 2 that cannot be told apart'],
      [2, 'Group 2: one alone'],
    ]);
  });
});

describe('what tests and candidate said, in one line', () => {
  it.each([
    ['<tests> line 4: assert f(1) == 2\nAssertionError', '<tests> line 4: assert f(1) == 2'],
    ['Traceback\n  x()\nValueError: too large', 'ValueError: too large'],
    [
      "AssertionError: Expected values to be strictly equal:\n+ actual - expected\n\n+ 'a'\n- 'b'\n  ^",
      "'a' instead of 'b'",
    ],
    ["AssertionError: Expected values to be strictly equal:\n\n'g' !== 'a'\n", "'g' !== 'a'"],
    ['AssertionError', 'AssertionError'],
    ['one\ntwo\n', 'two'],
    ['', ''],
    [null, ''],
  ])('%j', (detail, gist) => {
    expect(gistOf(detail)).toBe(gist);
  });
});

describe('the list of runs in its address', () => {
  it.each(['/runs', '/runs?dataset=mbpp&status=failed'])('%s', (address) => {
    expect(runsAddressOf(runFilterOf(new URL(address, 'http://x').searchParams))).toBe(address);
  });

  it('takes nothing for a status that there is not', () => {
    expect(runFilterOf(new URLSearchParams('status=broken')).status).toBeUndefined();
  });
});

describe('the form of a run', () => {
  const form = { ...blankRun('starter'), model: ' small ' };

  it('asks for what was typed, and leaves out what was not', () => {
    expect(requestOf({ ...form, budgetUsd: '0,5', problems: '3' })).toEqual({
      dataset: 'starter',
      subject: { kind: 'model', model: 'small' },
      samplesPerProblem: 1,
      problems: 3,
      budgetUsd: 0.5,
    });
    expect(requestOf({ ...form, kind: 'samples', datasetFile: 'a.jsonl', label: 'mine' })).toEqual({
      dataset: 'starter',
      subject: { kind: 'samples', datasetFile: 'a.jsonl', label: 'mine' },
    });
  });

  const complaintsAbout = (change: Partial<typeof form>) => {
    try {
      return requestOf({ ...form, ...change });
    } catch (error) {
      return fieldErrorsOf(error);
    }
  };
  const placesOf = (change: Partial<typeof form>) => {
    const complaints = complaintsAbout(change);
    return Array.isArray(complaints)
      ? complaints.map(({ path }) => path).toSorted((a, b) => a.localeCompare(b))
      : complaints;
  };

  it('complains at the field', () => {
    expect(placesOf({ model: ' ', samplesPerProblem: 'many' })).toEqual(['samplesPerProblem', 'subject.model']);
    expect(placesOf({ problems: '1.5', budgetUsd: '-1' })).toEqual(['budgetUsd', 'problems']);
    expect(placesOf({ kind: 'command', command: '' })).toEqual(['subject.command']);
    expect(placesOf({ dataset: 'No Such' })).toEqual(['dataset']);
  });

  it('has no field for anything else, which is then shown whole', () => {
    expect(fieldErrorsOf(new Error('broken'))).toEqual([]);
    const [atField, elsewhere] = ['subject.model', 'flag.key'].map((path) => ({ path, message: 'wrong' }));
    expect(notShown([atField!, elsewhere!], shownPaths)).toEqual([elsewhere]);
  });
});

describe('the charts of the leaderboard', () => {
  it('leave out whose cost is not known, instead of calling it 0', () => {
    const dots = dotsOf([rowOf('known', { costPerSolvedUsd: 0.01 }), rowOf('unknown', {})]);
    expect(dots).toEqual([{ label: 'known', x: 0.01, y: 50, interval: [40, 60], isRinged: true, isOnFront: false }]);
  });

  it('put the points of all subjects on one line of time, with regressions where they were found', () => {
    const { times, series, regressed } = trendOf({
      items: [
        rowOf('a', { trend: [pointAt('2026-03-01T00:00:00Z', 0.8), pointAt('2026-03-03T00:00:00Z', 0.6, 'r1')] }),
        rowOf('b', { trend: [pointAt('2026-03-02T00:00:00Z', 0.7), pointAt('2026-03-03T00:00:00Z', 0.7)] }),
        rowOf('once', { trend: [pointAt('2026-03-02T00:00:00Z', 0.1)] }),
      ],
    });
    expect(times).toHaveLength(3);
    expect(series.map(({ label, points }) => [label, points])).toEqual([
      ['a', [80, null, 60]],
      ['b', [null, 70, 70]],
    ]);
    expect(regressed).toEqual([{ at: times[2], id: 'r1', label: 'a' }]);
  });
});

describe('a run that is followed', () => {
  const result = (problemId: string, status: EvalResult['status']): EvalResult => ({
    problemId,
    sampleIndex: 0,
    status,
    detail: null,
    timeMs: 1,
    costUsd: null,
    inputTokens: null,
    outputTokens: null,
    weaker: false,
  });
  const start: LiveRun = {
    run: { status: 'running', lastSeq: 2, doneCount: 1 } as EvalRun,
    results: resultMap([result('p1', 'error')]),
  };

  it('ignores what it has seen', () => {
    expect(afterEvent(start, { seq: 2, type: 'result', result: result('p9', 'passed') })).toBe(start);
  });

  it('puts a second verdict of a sample in the place of the first', () => {
    const after = afterEvent(start, { seq: 3, type: 'result', result: result('p1', 'passed') });
    expect([...after.results.values()].map(({ status }) => status)).toEqual(['passed']);
    expect(after.run.lastSeq).toBe(3);
  });

  it('is over with its last event', () => {
    const run = { status: 'completed', lastSeq: 9 } as EvalRun;
    expect(afterEvent(start, { seq: 9, type: 'done', run })).toEqual({ ...start, run });
  });
});

describe('a program in colour', () => {
  it('loses and adds no character', () => {
    const code = 'def f(x):\n    """<b>doc</b>"""\n    return [x, 1]  # comment\n';
    const tokens = tokensOf(code, 'python');
    expect(tokens.map(({ text }) => text).join('')).toBe(code);
    expect(tokens).toContainEqual({ text: 'def', kind: 'keyword' });
  });

  it('stays plain in a language that is not known', () => {
    expect(tokensOf('x', 'cobol')).toEqual([{ text: 'x', kind: undefined }]);
  });
});
