import { describe, expect, it } from 'vitest';
import { withoutOverride, withOverride } from '../../src/features/flags/overrides.ts';

const nowMs = Date.parse('2026-03-01T09:00:00Z');
const by = (variant: string, ...values: string[]) => ({ attribute: 'userId', values, variant });

describe('an override', () => {
  it('takes the place of what its units had, and leaves the others theirs', () => {
    expect(withOverride([by('a', 'alice', 'bob'), by('b', 'carol')], by('b', 'alice'), nowMs)).toEqual([
      by('b', 'carol', 'alice'),
      by('a', 'bob'),
    ]);
    expect(withOverride([by('a', 'alice')], by('b', 'alice'), nowMs)).toEqual([by('b', 'alice')]);
  });

  it('stands first, since the first that names somebody decides', () => {
    const repo = { attribute: 'repoId', values: ['acme/api'], variant: 'a' };
    expect(withOverride([by('b', 'alice')], repo, nowMs)).toEqual([repo, by('b', 'alice')]);
  });

  it('shares a line with units that got the same for as long, up to 100 of them', () => {
    const until = { expiresAt: '2026-04-01T00:00:00Z' };
    expect(withOverride([by('a', 'alice')], by('a', 'bob', 'bob'), nowMs)).toEqual([by('a', 'alice', 'bob')]);
    expect(withOverride([by('a', 'alice')], { ...by('a', 'bob'), ...until }, nowMs)).toHaveLength(2);
    const hundred = by('a', ...Array.from({ length: 100 }, (_, i) => `u${i}`));
    expect(withOverride([hundred], by('a', 'one more'), nowMs)).toEqual([by('a', 'one more'), hundred]);
  });

  it('knows a person by userId and targetingKey alike', () => {
    const other = { ...by('a', 'alice'), attribute: 'targetingKey' };
    expect(withOverride([other], by('b', 'alice'), nowMs)).toEqual([by('b', 'alice')]);
    expect(withoutOverride([other], 'userId', 'alice')).toEqual([]);
  });

  it('clears away what has expired', () => {
    const over = { ...by('a', 'alice'), expiresAt: '2026-03-01T09:00:00Z' };
    const runs = { ...by('a', 'carol'), expiresAt: '2026-03-01T10:00:00+01:00' };
    const later = { ...by('a', 'dave'), expiresAt: '2026-03-01T09:00:01Z' };
    expect(withOverride([over, runs, later], by('b', 'bob'), nowMs)).toEqual([by('b', 'bob'), later]);
  });

  it('is taken from one unit alone, if that has one', () => {
    expect(withoutOverride([by('a', 'alice', 'bob')], 'userId', 'alice')).toEqual([by('a', 'bob')]);
    expect(withoutOverride([by('a', 'alice')], 'userId', 'bob')).toBeUndefined();
    expect(withoutOverride([by('a', 'alice')], 'repoId', 'alice')).toBeUndefined();
  });
});
