import { expect, it } from 'vitest';
import { placeNames } from '../../src/chart/place-names.ts';

const line = 14;

it('names of points far apart stand to the right of their points', () => {
  const places = placeNames(
    [
      { x: 50, y: 20, width: 80, isFirst: false },
      { x: 50, y: 200, width: 80, isFirst: false },
    ],
    line,
    500,
  );
  expect(places.map((place) => place && [place.x > 50, place.y])).toEqual([
    [true, 20],
    [true, 200],
  ]);
});

it('a name that would leave the picture stands to the left', () => {
  const [place] = placeNames([{ x: 480, y: 20, width: 80, isFirst: false }], line, 500);
  expect(place!.x + 80).toBeLessThan(480);
});

it('of many points in one place some have no name, but those that come first do, and none lies on another', () => {
  const points = Array.from({ length: 30 }, (_, i) => ({ x: 250 + i, y: 100, width: 90, isFirst: i >= 28 }));
  const places = placeNames(points, line, 500);
  const shown = places.filter((place) => place !== undefined);
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.length).toBeLessThan(30);
  expect(places[28] && places[29]).toBeDefined();
  for (const [i, a] of shown.entries())
    for (const b of shown.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 90 || Math.abs(a.y - b.y) >= line).toBe(true);
});
