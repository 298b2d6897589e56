import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseRanks, rankPages, searchSegment, segmentOf } from '../../src/knowledge/index.ts';

const numbers = (chunks: readonly { chunk: number }[]) => chunks.map(({ chunk }) => chunk);
const ranked = (chunks: readonly number[]) => chunks.map((chunk, at) => ({ chunk, score: 100 - at }));
const someChunks = fc.uniqueArray(fc.nat({ max: 300 }), { maxLength: 200 });

describe('one order of two', () => {
  it('is that of words where there is no meaning, and that of meaning where there are no words', () => {
    fc.assert(
      fc.property(someChunks, (chunks) => {
        expect(numbers(fuseRanks(ranked(chunks), []))).toEqual(chunks);
        expect(numbers(fuseRanks([], chunks))).toEqual(chunks);
      }),
    );
  });

  it('has everything once, and keeps the order of what both agree on', () => {
    fc.assert(
      fc.property(someChunks, someChunks, (words, meaning) => {
        const fused = numbers(fuseRanks(ranked(words), meaning));
        expect(new Set(fused)).toEqual(new Set([...words, ...meaning]));
        expect(fused).toHaveLength(new Set(fused).size);
        const place = (list: readonly number[], chunk: number) => list.indexOf(chunk);
        const both = words.filter((chunk) => meaning.includes(chunk)).slice(0, 10);
        for (const one of both)
          for (const other of both)
            if (place(words, one) < place(words, other) && place(meaning, one) < place(meaning, other))
              expect(place(fused, one)).toBeLessThan(place(fused, other));
      }),
    );
  });

  it('counts words three times, ranks beyond sixty hardly less than the one before', () => {
    const [first, second] = fuseRanks(ranked([7]), [8]);
    expect([first, second]).toEqual([
      { chunk: 7, score: 3 / 61 },
      { chunk: 8, score: 1 / 61 },
    ]);
    expect(fuseRanks(ranked([7, 8]), [8])[0]).toEqual({ chunk: 8, score: 3 / 62 + 1 / 61 });
    // The first by meaning alone stands where the words' 123rd does: behind it.
    const words = Array.from({ length: 130 }, (_, at) => at);
    expect(numbers(fuseRanks(ranked(words), [500])).indexOf(500)).toBe(123);
  });

  it('takes a chunk that comes twice at its first place', () => {
    expect(fuseRanks([], [4, 4, 5])).toEqual([
      { chunk: 4, score: 1 / 61 },
      { chunk: 5, score: 1 / 62 },
    ]);
  });
});

it('a page counts by its three best chunks, whatever ranked them', () => {
  const index = { pages: Uint32Array.from([0, 0, 0, 0, 1]) };
  const chunks = [0, 4, 1, 2, 3].map((chunk, at) => ({ chunk, score: 5 - at }));
  expect(rankPages(index, chunks).map(({ page, score }) => [page, score])).toEqual([
    [0, 5 + 0.3 * 3 + 0.1 * 2],
    [1, 4],
  ]);
});

/** A page for each text, of a chunk each. */
const made = (library: string, ...texts: string[]) =>
  segmentOf({
    library,
    version: '1.0.0',
    stamp: 's',
    provenance: 'project',
    dataAt: '2026-01-01T00:00:00Z',
    pages: texts.map((text, at) => ({
      path: `${at}.md`,
      url: '',
      title: 'Page',
      contentHash: text,
      lines: 1,
      isStale: false,
    })),
    chunks: texts.map((text, page) => ({
      page,
      text,
      contentHash: text,
      trail: [],
      anchor: undefined,
      startLine: 1,
      endLine: 1,
      warnings: [],
      symbol: undefined,
    })),
  });

describe('a library that is searched by words and meaning', () => {
  const cars = made('cars', 'car tyres', 'car', 'automobile', 'boat');
  const wanted = { query: 'car', limit: 5, tokenBudget: 4_000 };
  const texts = (nearest?: number[]) => searchSegment(cars, wanted, nearest).map(({ chunk }) => chunk.text);

  it('also finds what has none of the words, and prefers what both find', () => {
    expect(texts()).toEqual(['car', 'car tyres']);
    expect(texts([])).toEqual(texts());
    expect(texts([2])).toEqual(['car', 'car tyres', 'automobile']);
    expect(texts([0, 2])).toEqual(['car tyres', 'car', 'automobile']);
  });

  it('has the relevance and the scores of its words, so that it says no more than before against other libraries', () => {
    const byWords = searchSegment(cars, wanted);
    const byBoth = searchSegment(cars, wanted, [0, 2]);
    expect(byBoth.slice(0, 2).map(({ score, relevance }) => [score, relevance])).toEqual(
      byWords.map(({ score, relevance }) => [score, relevance]),
    );
    expect(byBoth[2]!.score).toBeLessThan(byBoth[1]!.score);
    const boats = searchSegment(made('boats', 'boat', 'ship'), wanted, [0, 1]);
    expect(boats.map(({ chunk, relevance }) => [chunk.text, relevance])).toEqual([
      ['boat', 1],
      ['ship', expect.closeTo(61 / 62)],
    ]);
    expect(boats[0]!.score).toBeLessThan(byBoth[1]!.score);
  });

  it('never gives a later page a greater score', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 3 })),
        fc.constantFrom('car', 'tyres', 'boat car', 'ship'),
        (nearest, query) => {
          const scores = searchSegment(cars, { ...wanted, query }, nearest).map(({ score }) => score);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        },
      ),
    );
  });
});
