import { describe, expect, it } from 'vitest';
import type { Override } from '../../src/contract/flags.ts';
import { evaluate, unitOf } from '../../src/flags/index.ts';
import { compiled, flagWith, served, whys } from './support.ts';

const expiresAt = '2026-03-01T00:00:00Z';
const expiresMs = Date.parse(expiresAt);
const forAda: Override = { attribute: 'userId', values: ['ada'], variant: 'on' };
const off = flagWith({ fallthrough: { variant: 'off' } });
const all = [{ id: 'all', when: [], serve: { variant: 'off' } }];

describe('an override', () => {
  it('decides before the rules, and is none', () => {
    expect(served({ ...off, rules: all, overrides: [forAda] }, { context: { userId: 'ada' }, explain: true })).toEqual({
      key: 'new-fixer-prompt',
      enabled: true,
      variant: 'on',
      value: true,
      reason: 'TARGETING_MATCH',
      flagVersion: 1,
      metadata: { rolloutPercentage: 100 },
      trace: [{ step: 'override', outcome: 'decided', why: 'userId "ada" is named; serves "on"' }],
      explanation: { wouldChange: [{ what: 'without the override of userId it would serve "off"', gives: 'off' }] },
    });
    expect(served({ ...off, rules: all, overrides: [forAda] }, { context: { userId: 'bob' } }).ruleId).toBe('all');
  });

  it('of any attribute: the first that names the unit decides', () => {
    const overrides = [
      { attribute: 'repoId', values: ['acme/api', 'acme/web'], variant: 'off' },
      { values: ['ada'], variant: 'on' },
    ];
    const ask = (context: object) => served({ ...flagWith(), overrides }, { context }).reason;
    expect(served({ ...off, overrides }, { context: { userId: 'ada' } }).variant).toBe('on');
    expect(served({ ...off, overrides }, { context: { userId: 'ada', repoId: 'acme/web' } }).variant).toBe('off');
    expect(ask({ repoId: 'acme/other' })).toBe('STATIC');
    expect(ask({ attributes: { userId: {} } })).toBe('STATIC');
  });

  it('does not switch on what is disabled or whose prerequisite is not met', () => {
    const overrides = [forAda];
    const context = { userId: 'ada' };
    expect(served({ ...off, overrides, enabled: false }, { context }).reason).toBe('DISABLED');
    const prerequisites = [{ flag: 'none', variants: ['on'] }];
    expect(served({ ...off, overrides, prerequisites }, { context }).reason).toBe('DISABLED');
  });

  it('is as if it were not there from the moment it expires', () => {
    const flag = { ...off, overrides: [{ ...forAda, expiresAt }] };
    const at = (nowMs: number) => served(flag, { context: { userId: 'ada' }, nowMs, explain: true });
    expect(at(expiresMs - 1).variant).toBe('on');
    expect(whys(at(expiresMs - 1))).toEqual([`userId "ada" is named until ${expiresAt}; serves "on"`]);
    expect(at(expiresMs).variant).toBe('off');
    expect(whys(at(expiresMs))).toEqual([`the one of userId "ada" expired at ${expiresAt}`, 'serves "off"']);
    expect(at(Number.NaN).variant).toBe('off');
  });

  it('leaves room for a later one when it has expired', () => {
    const flag = { ...off, overrides: [{ ...forAda, variant: 'off', expiresAt }, forAda] };
    expect(served(flag, { context: { userId: 'ada' }, nowMs: expiresMs }).variant).toBe('on');
  });

  it('is about the user', () => {
    const ruleset = compiled({ ...off, overrides: [{ ...forAda, attribute: 'repoId', values: ['acme/api'] }] });
    const context = { userId: 'bob', repoId: 'acme/api' };
    const answer = evaluate(ruleset, off.key, context, { nowMs: 0 })!;
    expect(answer.variant).toBe('on');
    expect(unitOf(ruleset, answer, context, 0)).toBe('bob');
  });
});
