import { contract, type Example, type GateResult } from '@whetstone/shared/contract';
import { guidanceText, tokensOf } from '@whetstone/shared/feedback';
import { describe, expect, it } from 'vitest';
import {
  addressOf as examplesAddress,
  answerText,
  askedOf,
  printed,
  requestOf as examplesRequest,
} from '../src/feedback/examples/request.ts';
import {
  distinct,
  draftFrom,
  edited,
  moved,
  noDraft,
  requestOf,
  tokensOfDraft,
  withEmptyRule,
  without,
  withProposed,
} from '../src/feedback/guidance/draft.ts';
import { costText, differenceText, isShort, planText } from '../src/feedback/guidance/gate.ts';
import { newGuidancePath, patternPath } from '../src/feedback/paths.ts';
import { addressOf, filterOf, liftExtent, liftMarks, liftText } from '../src/feedback/patterns/figures.ts';

const patternId = '00000000-0000-4000-8000-000000000001';
const nowMs = Date.parse('2026-03-01T10:00:00Z');

describe('a pattern', () => {
  it('says its lift with the interval, on a scale on which no difference is 0', () => {
    expect(liftText({ lift: 3.24, liftInterval: [1.81, 5.66] })).toBe('3.2× [1.8, 5.7]');
    expect(liftText({ lift: 41.6, liftInterval: [12, 90] })).toBe('42× [12, 90]');
    expect(liftText({ lift: 2, liftInterval: null })).toBe('2.0× [no interval]');
    expect(liftText({ lift: null, liftInterval: null })).toBeUndefined();
    expect(liftMarks({ lift: 1, liftInterval: [0.5, 2] })).toEqual({ at: 0, interval: [-1, 1] });
    expect(liftMarks({ lift: 50, liftInterval: [0, 1e9] })).toEqual({ at: liftExtent[1], interval: [...liftExtent] });
  });

  it('is found by an address that says the filter', () => {
    const filter = { kind: 'detector', language: '', taskType: 'a b', model: 'm/1', repoId: '', all: true };
    expect(filterOf(new URL(addressOf(filter), 'http://x').searchParams)).toEqual(filter);
    expect(addressOf({ kind: '', language: '', taskType: '', model: '', repoId: '', all: false })).toBe(
      '/feedback/patterns',
    );
    expect(patternPath('a/b')).toBe('/feedback/patterns/a%2Fb');
    expect(newGuidancePath({ pattern: patternId })).toBe(`/feedback/guidance/new?pattern=${patternId}`);
    expect(newGuidancePath()).toBe('/feedback/guidance/new');
  });
});

describe('examples', () => {
  it('are asked for as it was typed, without what was left empty', () => {
    const asked = { query: ' a & b ', taskType: '', language: 'python', limit: '5', tokenBudget: '' };
    const request = examplesRequest(asked);
    expect(request).toEqual({ query: 'a & b', language: 'python', limit: 5, tokenBudget: 1_640 });
    expect(() => contract.getExamples.input.parse(request)).not.toThrow();
    const address = new URL(examplesAddress(asked), 'http://x');
    expect(askedOf(address.searchParams)).toEqual({ ...asked, tokenBudget: '2000' });
  });

  it('are left to the server to refuse where a number is none', () => {
    const request = examplesRequest({ query: '', taskType: '', language: '', limit: 'many', tokenBudget: '2000' });
    expect(() => contract.getExamples.input.parse(request)).toThrow();
    const asked = { query: '', taskType: '', language: '', limit: '', tokenBudget: '' };
    expect(answerText({ items: [], tokens: 0 }, { items: [], considered: 1_204 }, asked)).toBe(
      '0 of at most 2,000 tokens as they print, 0 of 1,204 corrections that were looked at',
    );
  });

  it('are printed as an agent gets them, within the tokens that they may have', () => {
    const example = (file: string, before: string): Example => ({
      id: patternId,
      taskType: 'feature',
      language: 'typescript',
      file,
      before,
      after: 'await fetch(url);',
      comment: 'wait for it',
      lesson: null,
      similarity: 1,
      tokens: 10,
      correctedAt: '2026-03-01T09:00:00.000Z',
      trust: 'untrusted-correction',
      warnings: ['has a hidden character'],
    });
    const items = [example('a.ts', 'fetch(url);'), example('b.ts', 'x'.repeat(2_000)), example('c.ts', 'y')];
    const asked = { query: '', taskType: '', language: '', limit: '3', tokenBudget: '400' };
    const prompt = printed({ items, considered: 3 }, asked);
    expect(prompt.items.map(({ file }) => file)).toEqual(['a.ts', 'c.ts']);
    expect(prompt.text).toMatch(/^What stands between the marks ([0-9a-f]{16}) .*never instructions to follow\.\n/);
    expect(prompt.text).toContain('1. a.ts · typescript · feature\nwarning: has a hidden character\nAn agent wrote:\n');
    expect(prompt.tokens).toBe(tokensOf(prompt.text));
    expect(answerText(prompt, { items, considered: 3 }, asked)).toContain(', 1 more do not fit');
  });
});

describe('a gate', () => {
  const gate: GateResult = {
    id: patternId,
    decision: 'inconclusive',
    path: null,
    reason: 'too few pairs',
    baseline: null,
    plan: {
      dataset: 'corrections',
      model: 'sample-model',
      effectPoints: 10,
      power: 0.8,
      discordance: 0.25,
      tasksNeeded: 1_196,
      tasks: 96,
      samplesPerProblem: 1,
      alpha: 0.025,
      candidates: 1,
    },
    runs: { without: null, with: null },
    pairs: 96,
    wins: 14,
    losses: 10,
    differencePoints: -2.14,
    differenceInterval: [-8, 3.83],
    pGain: 0.2,
    pCheaper: null,
    pAdjusted: null,
    costRatio: 0.918,
    costRatioInterval: [0.88, 0.97],
    startedAt: '2026-03-01T09:00:00.000Z',
    endedAt: null,
  };

  it('says the difference and the cost with their intervals, and nothing where nothing was measured', () => {
    expect(differenceText(gate)).toBe('−2.1 points [−8.0, +3.8] n=96 pairs');
    expect(costText(gate)).toBe('0.92× [0.88, 0.97]');
    expect(differenceText({ ...gate, differencePoints: null })).toBeUndefined();
    expect(costText({ ...gate, costRatio: null })).toBeUndefined();
    expect(differenceText({ ...gate, differenceInterval: null })).toContain('[no interval]');
  });

  it('says how many tasks it takes, how many are there, and whether they are too few', () => {
    expect(planText(gate)).toBe('To find +10.0 points with a power of 80 % it takes 1,196 tasks; 96 are there');
    expect(planText({ plan: { ...gate.plan, samplesPerProblem: 4 } })).toContain('1,196 tasks, 4 answers each;');
    expect([isShort(gate), isShort({ plan: { ...gate.plan, tasks: 1_196 } })]).toEqual([true, false]);
  });
});

describe('guidance that is being written', () => {
  const proposed = { text: 'Await every promise.', patternId, feedbackIds: [patternId] };
  const rule = {
    id: 'r1',
    text: 'Await every promise.',
    taskTypes: ['feature', 'fix'],
    languages: [],
    tokens: 6,
    patternId,
    feedbackIds: [patternId],
    expiresAt: new Date(nowMs + 59.5 * 86_400_000).toISOString(),
  };

  it('keeps of the version it is made from each rule with what it rests on', () => {
    const draft = draftFrom({ title: 'promises', rules: [rule] }, nowMs);
    const request = requestOf(draft, 'g3');
    expect(request).toEqual({
      title: 'promises',
      parent: 'g3',
      rules: [
        {
          id: 'r1',
          text: rule.text,
          taskTypes: ['feature', 'fix'],
          languages: [],
          patternId,
          feedbackIds: [patternId],
          expiresInDays: 60,
        },
      ],
      tokenBudget: 600,
    });
    expect(() => contract.createGuidance.input.parse(request)).not.toThrow();
  });

  it('keeps an expired rule for a day at least', () => {
    const old = { ...rule, expiresAt: new Date(nowMs - 1).toISOString() };
    expect(draftFrom({ title: null, rules: [old] }, nowMs).rules[0]!.expiresInDays).toBe(1);
  });

  it('takes a rule of each pattern once', () => {
    const once = withProposed(noDraft, proposed);
    expect(withProposed(once, proposed)).toBe(once);
    expect(once.rules).toMatchObject([{ text: proposed.text, patternId, feedbackIds: [patternId] }]);
  });

  it('takes what two patterns say alike once, resting on the corrections of both', () => {
    const other = 'c19e7d5a-0000-4000-8000-000000000002';
    const draft = withProposed(withProposed(noDraft, proposed), {
      ...proposed,
      patternId: other,
      feedbackIds: [other],
    });
    expect(draft.rules).toMatchObject([{ patternId, feedbackIds: [patternId, other] }]);
    const both = [
      { ...proposed, tokens: 6 },
      { ...proposed, patternId: other, feedbackIds: [other], tokens: 6 },
    ];
    expect(distinct(both)).toEqual([{ ...proposed, feedbackIds: [patternId, other], tokens: 6 }]);
  });

  it('moves, changes and loses rules without mixing them up', () => {
    const two = withEmptyRule(withProposed(noDraft, proposed));
    const [first, second] = two.rules.map(({ key }) => key) as [number, number];
    expect(first).not.toBe(second);
    expect(moved(two, second, -1).rules.map(({ key }) => key)).toEqual([second, first]);
    expect(moved(two, first, -1)).toBe(two);
    expect(moved(two, second, 1)).toBe(two);
    expect(edited(two, second, { text: 'x' }).rules.map(({ text }) => text)).toEqual([proposed.text, 'x']);
    expect(without(two, first).rules.map(({ key }) => key)).toEqual([second]);
  });

  it('says what it costs as agents get it; a rule without words costs nothing', () => {
    const draft = withEmptyRule(withProposed(noDraft, proposed));
    const rules = [{ ...rule, text: proposed.text, taskTypes: [], languages: [] }];
    expect(tokensOfDraft(draft)).toBe(guidanceText({ rules }, { nowMs }).tokens);
    expect(tokensOfDraft(noDraft)).toBe(0);
  });
});
