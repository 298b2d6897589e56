import { describe, expect, it } from 'vitest';
import { documentOf } from '../../src/flag/model/document.ts';
import { attributesOf, compiledProject, contextOf, preview, withDraft } from '../../src/flag/model/preview.ts';
import { usersOf } from '../../src/segments/model.ts';
import { flagWith } from './support.ts';

const inSegment = (key: string) => [{ attribute: 'userId', op: 'segment' as const, values: [key] }];

describe('evaluate as', () => {
  it('puts names that all know at the top and any other below, and takes empty for missing', () => {
    const typed = [
      { name: 'userId', text: 'bob' },
      { name: 'tier', text: 'gold' },
      { name: 'repoId', text: '' },
      { name: '__proto__', text: 'x' },
    ];
    const context = contextOf(typed);
    expect(context.userId).toBe('bob');
    expect(Object.entries(context.attributes ?? {})).toEqual([
      ['tier', 'gold'],
      ['__proto__', 'x'],
    ]);
    expect(contextOf([{ name: 'repoId', text: '' }])).toEqual({});
  });

  it('asks for the attributes that decide something, scheduled rules included', () => {
    const flag = flagWith({
      fallthrough: { split: [{ variant: 'on', weight: 1 }], by: 'orgId', sticky: 'taskId' },
      schedule: [
        {
          at: '2026-03-01T00:00:00Z',
          set: {
            rules: [{ id: 'r', when: [{ attribute: 'tier', op: 'exists', values: [] }], serve: { variant: 'on' } }],
          },
        },
      ],
    });
    expect(attributesOf(documentOf(flag))).toEqual(['userId', 'repoId', 'orgId', 'taskId', 'tier']);
  });

  it('evaluates each draft anew among the flags that are stored', () => {
    const other = flagWith({ key: 'other' });
    const flags = [flagWith(), other];
    const project = { flags, segments: [], compiled: compiledProject(flags, []) };
    const served = (variant: string) => {
      const draft = {
        ...documentOf(flagWith()),
        prerequisites: [{ flag: 'other', variants: ['on'] }],
        fallthrough: { variant },
      };
      return preview(withDraft(draft, 2, project)!, 'new-fixer-prompt', [], 0)?.variant;
    };
    expect([served('on'), served('off'), served('on')]).toEqual(['on', 'off', 'on']);
  });

  it('knows of whom a sticky split would keep this answer, and of nobody when it is not sticky', () => {
    const split = { split: [{ variant: 'on', weight: 1 }], by: 'userId' };
    const of = (fallthrough: object) =>
      preview(
        compiledProject([flagWith({ fallthrough: { ...split, ...fallthrough } })], [])!,
        'new-fixer-prompt',
        [
          { name: 'userId', text: 'ann' },
          { name: 'taskId', text: 'T-1' },
        ],
        0,
      )?.sticky;
    expect(of({ sticky: 'taskId' })).toEqual([
      { flag: 'new-fixer-prompt', attribute: 'taskId', unit: 'T-1', variant: 'on' },
    ]);
    expect(of({})).toBeUndefined();
  });
});

describe('who asks about a segment', () => {
  it('is every flag and segment with a condition on it', () => {
    const rules = [{ id: 'r', when: inSegment('pilots'), serve: { variant: 'on' } }];
    const flags = [
      flagWith({ key: 'now', rules }),
      flagWith({ key: 'later', schedule: [{ at: '2026-03-01T00:00:00Z', set: { rules } }] }),
      flagWith({ key: 'never' }),
    ];
    const times = { version: 1, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
    const segments = [{ key: 'all', rules: [{ when: inSegment('pilots') }], ...times }];
    expect(usersOf('pilots', flags, segments)).toEqual({ flags: ['now', 'later'], segments: ['all'] });
  });
});
