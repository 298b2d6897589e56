import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chains } from '../../src/features/flags/graph.ts';

const of = (edges: Record<string, readonly string[]>) => chains((key) => edges[key] ?? []);

describe('what leads to what', () => {
  it('is as deep as its longest chain, and without end when it goes round anywhere', () => {
    const { depth } = of({ a: ['b', 'c'], b: ['c'], c: [], x: ['a', 'y'], y: ['z'], z: ['y'] });
    expect(['c', 'b', 'a', 'nobody'].map(depth)).toEqual([1, 2, 3, 1]);
    expect(['x', 'y', 'z'].map(depth)).toEqual([Infinity, Infinity, Infinity]);
  });

  it('names the way back of a circle, of a long one its beginning, and none where none leads back', () => {
    const { path } = of({ a: ['b', 'c'], b: ['c'], c: ['d'], d: ['a'], out: ['a'] });
    expect(path('a', 'd')).toEqual(['a', 'c', 'd']);
    expect(path('a', 'a')).toEqual(['a']);
    expect(path('a', 'out')).toBeUndefined();
    const long = chains((key) => [String((Number(key) + 1) % 1_000)]).path('1', '0')!;
    expect(long).toHaveLength(64);
    expect([long[0], ...long.slice(-3)]).toEqual(['1', '62', '…', '0']);
  });

  it('is found out of what no call could follow to its end, and of thousands of circles', () => {
    const { depth } = chains((key) => (key === '0' ? [] : [String(Number(key) - 1)]));
    expect(depth('100000')).toBe(100_001);
    const { path } = chains((key) => [String((Number(key) + 1) % 3_000)]);
    for (let i = 0; i < 3_000; i++) expect(path(String((i + 1) % 3_000), String(i))?.at(-1)).toBe(String(i));
  });

  it('agrees with following every chain, for any graph', () => {
    const keys = ['a', 'b', 'c', 'd', 'e'] as const;
    const graph = fc.record(Object.fromEntries(keys.map((key) => [key, fc.subarray([...keys])])));
    fc.assert(
      fc.property(graph, (edges) => {
        const longest = (key: string, above: readonly string[] = []): number =>
          above.includes(key)
            ? Infinity
            : 1 + Math.max(0, ...edges[key]!.map((each) => longest(each, [...above, key])));
        const { depth, path } = of(edges);
        for (const key of keys) expect(depth(key)).toBe(longest(key));
        for (const [from, to] of keys.flatMap((a) => keys.map((b) => [a, b] as const))) {
          const found = path(from, to);
          const reached = new Set<string>([from]);
          for (const key of reached) for (const each of edges[key]!) reached.add(each);
          expect(found !== undefined).toBe(reached.has(to));
          found?.slice(1).forEach((key, i) => expect(edges[found[i]!]).toContain(key));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
