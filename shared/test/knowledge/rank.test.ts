import { describe, expect, it } from 'vitest';
import { buildIndex, rankChunks } from '../../src/knowledge/index.ts';

const chunk = (page: number, text: string) => ({ page, title: 'Pottery', trail: ['Pottery'], text });

describe('the best passages', () => {
  it('are 200 of many, those that are alike in the order of their pages', () => {
    const index = buildIndex(Array.from({ length: 500 }, (_, page) => chunk(page, 'clay and water')));
    const ranked = rankChunks(index, 'clay');
    expect(ranked.map(({ chunk: number }) => number)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(new Set(ranked.map(({ score }) => score)).size).toBe(1);
  });

  it('are found wherever they stand among hundreds that are worse', () => {
    const best = new Map([
      [499, 9],
      [0, 8],
      [250, 7],
    ]);
    const index = buildIndex(
      Array.from({ length: 500 }, (_, page) =>
        chunk(page, `${'clay '.repeat(best.get(page) ?? (page % 3) + 1)}${'water '.repeat(20)}`),
      ),
    );
    const ranked = rankChunks(index, 'clay');
    expect(ranked.slice(0, 3).map(({ chunk: number }) => number)).toEqual([499, 0, 250]);
    expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(ranked).toHaveLength(200);
    expect(ranked.slice(3).every(({ chunk: number }) => number % 3 > 0)).toBe(true);
  });

  it('are those that have a word, and no others', () => {
    const index = buildIndex([chunk(0, 'clay'), chunk(1, 'water'), chunk(2, 'fire and clay')]);
    expect(
      rankChunks(index, 'clay')
        .map(({ chunk: number }) => number)
        .toSorted((a, b) => a - b),
    ).toEqual([0, 2]);
    expect(rankChunks(index, 'zirconium')).toEqual([]);
  });
});
