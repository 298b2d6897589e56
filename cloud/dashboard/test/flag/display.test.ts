import { describe, expect, it } from 'vitest';
import { changeRows } from '../../src/flag/model/changes.ts';
import { complaintsAt, complaintsElsewhere, complaintsOf } from '../../src/flag/model/complaints.ts';
import { documentOf, newDocument } from '../../src/flag/model/document.ts';
import { moveRows, movesSentence } from '../../src/flag/model/moves.ts';
import { timelineOf } from '../../src/flag/model/timeline.ts';
import { usageTable } from '../../src/flag/model/usage.ts';
import { numberOrText, readValue, retyped, textOfValue } from '../../src/flag/model/values.ts';
import { renamedVariant, usesOf } from '../../src/flag/model/variants.ts';
import { flagWith } from './support.ts';

describe('complaints', () => {
  it('are none for what the server takes', () => {
    expect(complaintsOf(newDocument('a-flag'), undefined)).toEqual([]);
    expect(complaintsOf(documentOf(flagWith()), 3)).toEqual([]);
  });

  it('name the field, with what was typed instead of a number', () => {
    const serve = { split: [{ variant: 'nobody', weight: 1 }], coverage: numberOrText('a lot') };
    const complaints = complaintsOf({ ...newDocument('a-flag'), fallthrough: serve }, undefined);
    expect(complaintsAt(complaints, 'fallthrough.coverage')).toHaveLength(1);
    const unknown = complaintsOf({ ...newDocument('a-flag'), fallthrough: { variant: 'nobody' } }, undefined);
    expect(complaintsAt(unknown, 'fallthrough', true)).toEqual(['no variant is called "nobody"']);
    expect(complaintsElsewhere(unknown, ['rules'])).toEqual(unknown);
    expect(complaintsElsewhere(unknown, ['fallthrough'])).toEqual([]);
  });
});

describe('values of variants', () => {
  it('are read by the type that is declared', () => {
    expect(readValue('x', 'string')).toEqual({ ok: true, value: 'x' });
    expect(readValue('1.5', 'number')).toEqual({ ok: true, value: 1.5 });
    expect(readValue('"1"', 'number')).toEqual({ ok: false, why: 'expected a number' });
    expect(readValue('{"a": 1,}', 'json')).toMatchObject({ ok: false });
    expect(readValue(textOfValue({ a: [1] }, 'json'), 'json')).toEqual({ ok: true, value: { a: [1] } });
  });

  it('follow a change of the type', () => {
    expect(retyped({ on: true, off: false }, 'string')).toEqual({ on: 'true', off: 'false' });
    expect(retyped({ on: 'true', off: 'x' }, 'boolean')).toEqual({ on: true, off: false });
    expect(retyped({ on: '7', off: 'x' }, 'number')).toEqual({ on: 7, off: 0 });
  });

  it('have their name changed wherever it stands', () => {
    const document = documentOf(
      flagWith({
        offVariant: 'on',
        rules: [{ id: 'r', when: [], serve: { split: [{ variant: 'on', weight: 1 }], otherwise: 'on' } }],
        overrides: [{ attribute: 'userId', values: ['a'], variant: 'on' }],
        schedule: [{ at: '2026-03-01T00:00:00Z', set: { fallthrough: { variant: 'on' } } }],
      }),
    );
    const renamed = renamedVariant(document, 'on', 'yes');
    expect(JSON.stringify(renamed)).not.toContain('"on"');
    expect(Object.keys(renamed.variants)).toEqual(['yes', 'off']);
    expect(usesOf(renamed, 'yes')).toHaveLength(5);
    expect(usesOf(renamed, 'off')).toEqual([]);
  });
});

describe('the timeline of a flag', () => {
  const plan = {
    steps: [
      { at: '2026-03-01T00:00:00Z', coverage: 10 },
      { at: '2026-03-03T00:00:00Z', coverage: 50 },
      { at: '2026-03-05T00:00:00Z', coverage: 100 },
    ],
  };
  const schedule = [{ at: '2026-03-04T00:00:00Z', set: { enabled: false } }];

  it('says what was, what comes next and what is planned', () => {
    const moments = timelineOf(documentOf(flagWith({ rollout: plan, schedule })), Date.parse('2026-03-02T00:00:00Z'));
    expect(moments.map(({ what, state }) => `${state}: ${what}`)).toEqual([
      'past: the fallthrough reaches 10 %',
      'next: the fallthrough reaches 50 %',
      'planned: turn off',
      'planned: the fallthrough reaches 100 %',
    ]);
  });

  it('holds the steps of a plan that is paused, and nothing else', () => {
    const rollout = { ...plan, pausedAt: '2026-03-02T00:00:00Z' };
    const moments = timelineOf(documentOf(flagWith({ rollout, schedule })), Date.parse('2026-03-02T12:00:00Z'));
    expect(moments.map(({ state }) => state)).toEqual(['past', 'held', 'next', 'held']);
  });
});

describe('a diff for people', () => {
  it('names rules and conditions by what they are called', () => {
    const after = flagWith({
      rules: [
        { id: 'hard/tasks', when: [{ attribute: 'taskType', op: 'in', values: ['a'] }], serve: { variant: 'on' } },
      ],
    });
    const rows = changeRows(
      [
        { path: '/rules/0/when/0/values/0', before: 'b', after: 'a' },
        { path: '/variants/a~1b', after: { x: 1 } },
        { path: '/enabled', before: true, after: false },
      ],
      flagWith(),
      { ...after, variants: { 'a/b': { x: 1 } } },
    );
    expect(rows.map(({ kind, place }) => `${kind} ${place.join(' > ')}`)).toEqual([
      'changed rule hard/tasks > condition taskType > value 1',
      'added variant a/b',
      'changed enabled',
    ]);
  });
});

describe('who moves', () => {
  it('has one row for each change of variant, of known and of made-up units', () => {
    const moves = {
      examined: 340,
      moved: 12,
      transitions: [{ from: 'off', to: 'on', count: 12, examples: [{ unit: 'alice' }] }],
      simulated: [
        { from: 'off', to: 'on', share: 0.25 },
        { from: 'off', to: 'off', share: 0.75 },
      ],
    };
    expect(moveRows(moves)).toEqual([{ from: 'off', to: 'on', seen: 12, examples: ['alice'], simulated: 0.25 }]);
    expect(movesSentence(moves)).toBe('12 of 340 known contexts move; 25 % of 10,000 made-up units move.');
    expect(movesSentence({ examined: 0, moved: 0, transitions: [], simulated: [] })).toBe(
      'Nobody was served this flag lately; none of 10,000 made-up units moves.',
    );
  });
});

describe('usage', () => {
  it('is a column for each variant over common times', () => {
    const variant = (name: string, points: [string, number][]) => ({
      variant: name,
      exposures: 3,
      units: 2,
      firstSeenAt: '2026-01-01T00:00:00.000Z',
      lastSeenAt: '2026-01-02T00:00:00.000Z',
      series: points.map(([at, exposures]) => ({ at, exposures })),
    });
    const table = usageTable({
      variants: [variant('on', [['2026-01-02T00:00:00.000Z', 3]]), variant('off', [['2026-01-01T00:00:00.000Z', 3]])],
      other: { variants: 7, exposures: 1, series: [{ at: '2026-01-02T00:00:00.000Z', exposures: 1 }] },
    });
    expect(table.times).toEqual([1_767_225_600, 1_767_312_000]);
    expect(table.series.map(({ points }) => points)).toEqual([
      [0, 3],
      [3, 0],
      [0, 1],
    ]);
    expect(table.series.at(-1)?.variant).toBe('7 others');
  });
});
