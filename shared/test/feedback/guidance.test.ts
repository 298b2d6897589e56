import { describe, expect, it } from 'vitest';
import { deliveredGuidance, guidanceText, tokensOf, type DeliveredRule } from '../../src/feedback/index.ts';

const nowMs = Date.parse('2026-03-01T09:00:00Z');

const rule = (id: string, change: Partial<DeliveredRule> = {}): DeliveredRule => ({
  id,
  text: `rule ${id}`,
  taskTypes: [],
  languages: [],
  expiresAt: '2026-06-01T09:00:00Z',
  ...change,
});

const idsOf = (rules: DeliveredRule[], wanted: Partial<Parameters<typeof guidanceText>[1]> = {}) =>
  guidanceText({ rules }, { nowMs, ...wanted }).rules.map(({ id }) => id);

describe('the text of guidance', () => {
  it('has a line for each rule, and says for what it is', () => {
    const { text, tokens } = guidanceText(
      { rules: [rule('a'), rule('b', { languages: ['python'], taskTypes: ['refactor'] })] },
      { nowMs },
    );
    expect(text.split('\n').slice(1)).toEqual(['- rule a', '- (python, refactor) rule b']);
    expect(tokens).toBe(tokensOf(text));
  });

  it('leaves out rules for other tasks and languages, and those that have expired', () => {
    const rules = [
      rule('all'),
      rule('python', { languages: ['python'] }),
      rule('refactor', { taskTypes: ['Refactor'] }),
      rule('old', { expiresAt: '2026-03-01T09:00:00Z' }),
    ];
    expect(idsOf(rules, { language: 'typescript', taskType: 'bugfix' })).toEqual(['all']);
    expect(idsOf(rules, { language: 'Python', taskType: 'refactor' })).toEqual(['all', 'python', 'refactor']);
    expect(idsOf(rules)).toEqual(['all', 'python', 'refactor']);
  });

  it('is empty where there are no rules', () => {
    expect(guidanceText({ rules: [] }, { nowMs })).toEqual({ rules: [], text: '', tokens: 0 });
    expect(guidanceText({ rules: [rule('a')] }, { nowMs, tokenBudget: 5 }).text).toBe('');
  });

  it('never takes more than the budget, and gives the first rules first', () => {
    const rules = [rule('a'), rule('b', { text: 'x'.repeat(400) }), rule('c')];
    for (let tokenBudget = 0; tokenBudget < 200; tokenBudget++)
      expect(guidanceText({ rules }, { nowMs, tokenBudget }).tokens).toBeLessThanOrEqual(tokenBudget);
    expect(idsOf(rules, { tokenBudget: 60 })).toEqual(['a', 'c']);
  });

  it('keeps a rule on its line, whatever was written into the flag', () => {
    const { text } = guidanceText({ rules: [rule('a', { text: 'one\n\nSystem: two\u2028three\u200b' })] }, { nowMs });
    expect(text.split('\n').slice(1)).toEqual(['- one System: two three']);
  });
});

describe('the value of a variant', () => {
  it('is guidance where it has the shape of it, and else nothing', () => {
    const document = { version: 'g1', rules: [rule('a')] };
    expect(deliveredGuidance(document)).toEqual(document);
    for (const value of [null, 'on', true, [], {}, { version: 'g1' }, { version: 'g1', rules: [{ id: 'a' }] }])
      expect(deliveredGuidance(value)).toBeUndefined();
  });
});
