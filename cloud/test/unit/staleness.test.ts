import type { Flag } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { everybody } from '../../src/features/flags/stale/everybody.ts';
import { staleness, type Known } from '../../src/features/flags/stale/staleness.ts';

const now = '2026-06-01T12:00:00.000Z';
const nowMs = Date.parse(now);
const split = (...parts: [variant: string, weight: number][]) => ({
  split: parts.map(([variant, weight]) => ({ variant, weight })),
});
const on = { variant: 'on' };
const isKim = { attribute: 'userId', op: 'in' as const, values: ['kim'] };

/** Serves "on" to everybody, since January. */
const aFlag = (change: Partial<Flag> = {}): Flag => ({
  key: 'flag',
  enabled: true,
  variants: { on: true, off: false, beta: 'b' },
  offVariant: 'off',
  rules: [],
  fallthrough: on,
  version: 3,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-10T00:00:00.000Z',
  ...change,
});

describe('whom everybody gets', () => {
  const since = (change: Partial<Flag>) => {
    const one = everybody(aFlag(change), nowMs);
    return one && [one.variant, new Date(one.sinceMs).toISOString().slice(0, 10)];
  };

  it.each<[string, Partial<Flag>, string[] | undefined]>([
    ['a fixed fallthrough', {}, ['on', '2026-01-10']],
    ['nobody alone: a split of two', { fallthrough: split(['on', 50], ['off', 50]) }, undefined],
    ['a split in which one has all the weight', { fallthrough: split(['on', 100], ['off', 0]) }, ['on', '2026-01-10']],
    ['not a part of the units', { fallthrough: { ...split(['on', 100]), coverage: 99 } }, undefined],
    ['what a coverage of 0 leaves', { fallthrough: { ...split(['on', 1]), coverage: 0 } }, ['off', '2026-01-10']],
    [
      'both shares of a coverage when they are the same',
      { fallthrough: { ...split(['on', 100]), coverage: 10, otherwise: 'on' } },
      ['on', '2026-01-10'],
    ],
    ['not what a rule makes different', { rules: [{ id: 'r', when: [isKim], serve: { variant: 'beta' } }] }, undefined],
    ['what all rules serve, too', { rules: [{ id: 'r', when: [isKim], serve: on }] }, ['on', '2026-01-10']],
    ['not with a prerequisite', { prerequisites: [{ flag: 'other', variants: ['on'] }] }, undefined],
    ['the off variant of one that is switched off', { enabled: false }, ['off', '2026-01-10']],
    ['not with an override', { overrides: [{ attribute: 'userId', values: ['kim'], variant: 'beta' }] }, undefined],
    [
      'once an override has ended',
      { overrides: [{ attribute: 'userId', values: ['kim'], variant: 'beta', expiresAt: '2026-02-01T00:00:00Z' }] },
      ['on', '2026-02-01'],
    ],
    [
      'not while a change is planned',
      { schedule: [{ at: '2026-07-01T00:00:00Z', set: { enabled: false } }] },
      undefined,
    ],
    [
      'what scheduled changes left, in the order of their times',
      {
        schedule: [
          { at: '2026-04-01T00:00:00Z', set: { fallthrough: { variant: 'beta' } } },
          { at: '2026-03-01T00:00:00Z', set: { fallthrough: split(['on', 1], ['off', 1]) } },
        ],
      },
      ['beta', '2026-04-01'],
    ],
    [
      'a rollout that has reached all',
      {
        fallthrough: { ...split(['on', 100]), coverage: 1 },
        rollout: {
          steps: [
            { at: '2026-02-01T00:00:00Z', coverage: 50 },
            { at: '2026-03-01T00:00:00Z', coverage: 100 },
          ],
        },
      },
      ['on', '2026-03-01'],
    ],
    [
      'not a rollout that was paused on its way',
      {
        fallthrough: { ...split(['on', 100]), coverage: 1 },
        rollout: {
          pausedAt: '2026-02-15T00:00:00Z',
          steps: [
            { at: '2026-02-01T00:00:00Z', coverage: 50 },
            { at: '2026-03-01T00:00:00Z', coverage: 100 },
          ],
        },
      },
      undefined,
    ],
    [
      'the rollout of a rule',
      {
        rules: [{ id: 'r', when: [isKim], serve: { ...split(['on', 100]), coverage: 1 } }],
        rollout: { rule: 'r', steps: [{ at: '2026-03-01T00:00:00Z', coverage: 100 }] },
      },
      ['on', '2026-03-01'],
    ],
  ])('%s', (_, change, expected) => {
    expect(since(change)).toEqual(expected);
  });
});

describe('a flag is stale', () => {
  const kinds = (change: Partial<Flag>, lastEvaluatedAt: string | null, more: Partial<Known> = {}) =>
    staleness(aFlag(change), {
      lastEvaluatedAt: lastEvaluatedAt === null ? null : new Date(lastEvaluatedAt),
      isPrerequisite: false,
      nowMs,
      ...more,
    }).map(({ kind, since }) => [kind, since.slice(0, 10)]);
  const busy = { fallthrough: split(['on', 50], ['off', 50]) };

  it.each<[string, Partial<Flag>, string | null, string[][]]>([
    ['not when it is young and decides', busy, now, []],
    ['when it was never asked for', busy, null, [['never_evaluated', '2026-01-01']]],
    ['not when it is too young to be asked for', { ...busy, createdAt: '2026-05-02T12:00:00.001Z' }, null, []],
    [
      'to the millisecond',
      { ...busy, createdAt: '2026-05-02T12:00:00.000Z' },
      null,
      [['never_evaluated', '2026-05-02']],
    ],
    ['when it is not asked for any more', busy, '2026-05-02T12:00:00Z', [['not_evaluated', '2026-05-02']]],
    ['not when it was asked for within the time', busy, '2026-05-02T12:00:00.001Z', []],
    ['not by what its name was before it', { ...busy, createdAt: '2026-05-20T00:00:00Z' }, '2026-01-01T00:00:00Z', []],
    ['when everybody gets the same', {}, now, [['settled', '2026-01-10']]],
    ['not by what settled lately', { updatedAt: '2026-05-20T00:00:00Z' }, now, []],
    [
      'for not being asked for rather than for being settled',
      {},
      '2026-03-01T00:00:00Z',
      [['not_evaluated', '2026-03-01']],
    ],
    ['when its time is over', { ...busy, expiresAt: now }, now, [['expired', '2026-06-01']]],
    ['not before', { ...busy, expiresAt: '2026-06-01T12:00:00.001Z' }, now, []],
    [
      'for all its reasons',
      { expiresAt: '2026-02-01T00:00:00Z' },
      now,
      [
        ['expired', '2026-02-01'],
        ['settled', '2026-01-10'],
      ],
    ],
    ['not when it is archived', { archivedAt: now, expiresAt: '2026-02-01T00:00:00Z' }, null, []],
  ])('%s', (_, change, lastEvaluatedAt, expected) => {
    expect(kinds(change, lastEvaluatedAt)).toEqual(expected);
  });

  it('not for want of exposures of its own while another flag asks for it', () => {
    expect(kinds(busy, null, { isPrerequisite: true })).toEqual([]);
    expect(kinds(busy, '2026-01-02T00:00:00Z', { isPrerequisite: true })).toEqual([]);
  });

  it('after the days that were asked for', () => {
    const afterDays = { neverEvaluated: 200, notEvaluated: 10, settled: 1 };
    expect(kinds(busy, null, { afterDays })).toEqual([]);
    expect(kinds(busy, '2026-05-20T00:00:00Z', { afterDays })).toEqual([['not_evaluated', '2026-05-20']]);
    expect(kinds({ updatedAt: '2026-05-31T00:00:00Z' }, now, { afterDays })).toEqual([['settled', '2026-05-31']]);
  });

  it('in a sentence that names the variant to keep', () => {
    const [reason] = staleness(aFlag(), { lastEvaluatedAt: new Date(now), isPrerequisite: false, nowMs });
    expect(reason).toEqual({
      kind: 'settled',
      since: '2026-01-10T00:00:00.000Z',
      variant: 'on',
      text: 'Everybody has been served "on" since 2026-01-10, and it is still asked for: put "on" into the code and archive it.',
    });
  });
});
