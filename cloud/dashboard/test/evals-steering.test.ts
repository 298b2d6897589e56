import type { Bisect, EvalRunRequest, EvalSettings, Regression } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { likeliestCount, sentenceOf as bisectSentence, shownCandidates, startOf } from '../src/evals/bisects/model.ts';
import { notShown } from '../src/evals/form/complaints.ts';
import { subjectOfKind } from '../src/evals/form/subject.ts';
import {
  addressOf,
  filtersOf,
  isGoing,
  isOpen,
  openFirst,
  sentenceOf,
  stateLook,
} from '../src/evals/regressions/model.ts';
import { changesOf } from '../src/evals/regressions/settings.ts';
import { cronText, membersKept } from '../src/evals/schedules/model.ts';

const arm = (passRate: number, more: object = {}) => ({
  runIds: ['r1', 'r2'],
  buildId: 'b',
  passRate,
  interval: [passRate, passRate] as [number, number],
  n: 100,
  infrastructureErrorRate: 0,
  ...more,
});

const evidence = {
  dropPoints: 20,
  interval: [10, 30] as [number, number],
  p: 0.0004,
  power: 0.9,
  problems: 100,
  before: arm(0.9),
  after: arm(0.7),
  lost: [{ problemId: 'p/1', before: 1, after: 0 }],
  gained: [],
};

const aRegression = (more: Partial<Regression> = {}): Regression => ({
  id: 'one',
  dataset: 'starter',
  subject: { id: 's', label: 'an agent' },
  found: 'comparison',
  state: 'alert',
  severity: 'critical',
  reason: null,
  suspicion: { dropPoints: 20, p: 0.01, test: 'mcnemar' },
  runs: { before: 'r1', after: 'r3' },
  evidence,
  flag: null,
  rollback: null,
  acknowledged: null,
  mutedUntil: null,
  assignee: null,
  history: [],
  createdAt: '2026-03-01T00:00:00Z',
  updatedAt: '2026-03-01T00:00:00Z',
  ...more,
});

describe('regressions in their address', () => {
  const subject = '01a21544-0000-7000-8000-000000000000';
  it.each(['/regressions', '/regressions?state=open', `/regressions?state=alert&dataset=mbpp&subject=${subject}`])(
    '%s',
    (address) => {
      expect(addressOf(filtersOf(new URL(address, 'http://x').searchParams))).toBe(address);
    },
  );

  it('take nothing for what they do not know', () => {
    const filters = filtersOf(new URLSearchParams('state=lost&subject=7'));
    expect(filters).toEqual({ state: undefined, dataset: undefined, subjectId: undefined });
  });
});

describe('a list of regressions', () => {
  const known = { by: 'ann', at: '2026-03-01T00:00:00Z' };
  it('has those in front that somebody has to look at, each once, in the order they came', () => {
    const listed = [
      aRegression({ id: 'cleared', state: 'cleared' }),
      aRegression({ id: 'alert' }),
      aRegression({ id: 'known', acknowledged: known }),
      aRegression({ id: 'confirming', state: 'confirming' }),
    ];
    const open = [listed[1]!, listed[3]!, aRegression({ id: 'old', state: 'suspected' })];
    expect(openFirst(open, listed).map(({ id }) => id)).toEqual(['alert', 'confirming', 'old', 'cleared', 'known']);
  });

  it('calls an alert that somebody answered for acknowledged, not open', () => {
    expect(isOpen(aRegression({ acknowledged: known }))).toBe(false);
    expect(stateLook(aRegression({ acknowledged: known })).word).toBe('acknowledged');
    expect(stateLook(aRegression({ state: 'recovered', acknowledged: known })).word).toBe('recovered');
  });

  it('is asked again while reruns or a rollback are on their way, and not for ever', () => {
    const atMs = Date.parse('2026-03-01T00:10:00Z');
    expect(isGoing(aRegression(), atMs)).toBe(true);
    expect(isGoing(aRegression(), atMs + 86_400_000)).toBe(false);
    expect(isGoing(aRegression({ state: 'cleared' }), atMs)).toBe(false);
  });
});

describe('the sentence of a regression', () => {
  const plain = (regression: Regression) => sentenceOf(regression).replaceAll('\u00A0', ' ');
  it('says both levels and how sure it is', () => {
    expect(plain(aRegression())).toBe(
      'an agent on starter got badly worse: it passes 70.0 % where it passed 90.0 %, p < 0.001 over 100 problems.',
    );
  });

  it('claims nothing that the reruns have not shown', () => {
    expect(plain(aRegression({ state: 'confirming', evidence: null, severity: null }))).toContain(
      'may have become worse',
    );
    expect(plain(aRegression({ state: 'unconfirmed', evidence: null, reason: 'no budget' }))).toContain(
      'could not be confirmed: no budget',
    );
  });
});

describe('a schedule', () => {
  it.each([
    ['nightly', 'Every night at 03:00'],
    ['30 6 * * 1-5', 'At 06:30, Monday through Friday'],
    ['* * *', undefined],
    ['a b c d e', undefined],
    ['constructor', undefined],
  ])('%s comes: %s', (cron, text) => {
    expect(cronText(cron)).toBe(text);
  });

  it('names what its run asks for that the form does not show', () => {
    const run: EvalRunRequest = { dataset: 'starter', subject: { kind: 'reference' }, workers: 5, tags: ['night'] };
    expect(membersKept(run)).toEqual([
      ['workers', '5'],
      ['tags', '["night"]'],
    ]);
  });

  it('keeps the label when another kind of subject is chosen, and everything when the same is', () => {
    const before = { kind: 'reference', label: 'mine' } as const;
    expect(subjectOfKind('model', before)).toEqual({ kind: 'model', model: '', label: 'mine' });
    expect(subjectOfKind('reference', before)).toBe(before);
  });
});

describe('complaints about a form', () => {
  it('are never lost: those without a field stand above it', () => {
    const errors = ['cron', 'run.seed', 'run.subject.model'].map((path) => ({ path, message: 'no' }));
    expect(notShown(errors, ['cron', 'run.subject']).map(({ path }) => path)).toEqual(['run.seed']);
  });
});

describe('settings of evals', () => {
  it('say what saving changes', () => {
    const before = { alertP: 0.05, rollback: 'on', dailyBudgetUsd: null } as EvalSettings;
    expect(changesOf(before, { ...before, rollback: 'off', dailyBudgetUsd: 5 })).toEqual([
      { label: 'Rollback: The flag that a critical regression names', before: 'on', after: 'off' },
      { label: 'Budgets and retention: Runs cost at most', before: null, after: 5 },
    ]);
  });
});

describe('a bisect', () => {
  const aBisect = (count: number, more: Partial<Bisect> = {}) =>
    ({
      over: { kind: 'promptVersions', versions: [] },
      status: 'searching',
      confidence: 0.9,
      candidates: Array.from({ length: count }, (_, index) => ({
        index,
        name: `v${index}`,
        title: null,
        posterior: index === 70 ? 0.9 : 0.0001,
        runs: index === 40 ? 2 : 0,
        failures: 0,
      })),
      steps: [],
      answer: null,
      seedRuns: 4,
      searchRuns: 3,
      maxRuns: 60,
      failure: null,
      ...more,
    }) as unknown as Bisect;

  it('says how far it is and what is likeliest', () => {
    expect(bisectSentence(aBisect(80))).toBe(
      '3 of at most 60 runs of the search are made; it stops at 90.0 %. The likeliest so far is v70 with 90.0 %.',
    );
  });

  it('has nobody lead while several are alike', () => {
    expect([null, [1], [0.25, 0.25, 0.25, 0.25], [0, 0.1 + 0.2, 0.3, 0.4]].map(likeliestCount)).toEqual([0, 1, 4, 1]);
    expect(likeliestCount([0.1 + 0.2, 0.3, 0.1])).toBe(2);
  });

  it('of many versions shows those that count, by the chances that are looked at', () => {
    const numbers = (posterior?: number[]) => shownCandidates(aBisect(80), posterior, false).map(({ index }) => index);
    expect(numbers()).toEqual([0, 40, 70, 79]);
    expect(numbers(Array.from({ length: 80 }, (_, i) => (i === 11 ? 1 : 0)))).toEqual([0, 11, 40, 79]);
    expect(shownCandidates(aBisect(80), undefined, true)).toHaveLength(80);
  });

  it('of a regression begins with what it lost, over what changed', () => {
    const commits = { ...evidence, before: arm(0.9, { commit: 'aaaaaaa' }), after: arm(0.7, { commit: 'bbbbbbb' }) };
    const flag = { key: 'style', variant: 'terse' };
    expect(startOf(aRegression({ evidence: commits, flag }))).toEqual({
      over: { kind: 'commits', repo: '', good: 'aaaaaaa', bad: 'bbbbbbb' },
      dataset: 'starter',
      regressionId: 'one',
      problems: ['p/1'],
    });
    const rollback = { outcome: 'rolled_back' as const, reason: '', flagVersion: 8, at: '' };
    expect(startOf(aRegression({ flag, rollback })).over).toEqual({
      kind: 'flagVersions',
      flag: 'style',
      variant: 'terse',
      good: 1,
      bad: 7,
    });
    expect(startOf(aRegression({ evidence: null })).over.kind).toBe('promptVersions');
  });
});
