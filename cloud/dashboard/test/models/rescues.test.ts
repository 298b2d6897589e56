import { expect, it } from 'vitest';
import { gridOf, listOf, shortNames } from '../../src/models/rescues/model.ts';

const rescues = [
  { failed: 'x/small', rescuer: 'x/large', n: 3, solved: 1, rate: 0.4 },
  { failed: 'x/small', rescuer: 'y/other', n: 8, solved: 6, rate: 0.6 },
  { failed: 'y/other', rescuer: 'x/large', n: 20, solved: 9, rate: 0.45 },
];

it('a matrix of rescues has those with the most tasks first, and nothing where nobody was asked', () => {
  const { failed, rescuers, at } = gridOf(rescues);
  expect(failed).toEqual(['y/other', 'x/small']);
  expect(rescuers).toEqual(['x/large', 'y/other']);
  expect(at('y/other', 'x/large')?.n).toBe(20);
  expect(at('x/large', 'y/other')).toBeUndefined();
});

it('its list has the best rescuer of each model first', () => {
  expect(listOf(rescues).map(({ failed, rescuer }) => [failed, rescuer])).toEqual([
    ['y/other', 'x/large'],
    ['x/small', 'y/other'],
    ['x/small', 'x/large'],
  ]);
});

it('leaves out the vendor of a model only where its name is still its own', () => {
  expect([...shortNames(['a/one', 'a/two', 'b/two', 'three']).values()]).toEqual(['one', 'a/two', 'b/two', 'three']);
});
