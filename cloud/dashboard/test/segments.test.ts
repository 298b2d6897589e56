import { describe, expect, it } from 'vitest';
import { mergeOfSegments, type SegmentDocument } from '../src/segments/model.ts';

const base: SegmentDocument = { key: 'pilots', description: 'first', included: ['ann', 'ben'] };

describe('two people at one segment', () => {
  it('both add and remove members, and all of it holds', () => {
    const { rows, rebased } = mergeOfSegments(
      base,
      { ...base, included: ['ann', 'ben', 'cas'] },
      { ...base, included: ['ben', 'dan'], excluded: ['eve'] },
    );
    expect(rows.map(({ place, by }) => [place, by])).toEqual([
      ['included/dan', 'theirs'],
      ['excluded/eve', 'theirs'],
      ['included/ann', 'theirs'],
      ['included/cas', 'mine'],
    ]);
    expect(rebased).toEqual({
      key: 'pilots',
      description: 'first',
      included: ['ben', 'dan', 'cas'],
      excluded: ['eve'],
    });
  });

  it('change the same thing differently: it is named, and mine goes on top', () => {
    const { rows, rebased } = mergeOfSegments(
      base,
      { ...base, description: 'mine' },
      { ...base, description: 'theirs', included: [] },
    );
    expect(rows.find(({ by }) => by === 'clash')).toMatchObject({
      place: 'description',
      mine: 'mine',
      theirs: 'theirs',
    });
    expect(rebased).toEqual({ key: 'pilots', description: 'mine' });
  });

  it('keeps a member whose name has a slash, or is one of an object of JavaScript', () => {
    const included = ['acme/api', '__proto__', 'constructor'];
    const { rebased } = mergeOfSegments(base, { ...base, included }, { ...base, description: 'theirs' });
    expect(rebased).toEqual({ key: 'pilots', description: 'theirs', included });
  });
});
