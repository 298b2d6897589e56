import { expect, it } from 'vitest';
import {
  buildIndex,
  chunksOf,
  memoryOf,
  packedChunks,
  packSegment,
  searchSegment,
  segmentOf,
  segmentReader,
  unpackSegment,
} from '../../src/knowledge/index.ts';

const markdown = {
  'hooks.md':
    '# Hooks\n\n## useEffect\n\nRuns an effect after the page was painted. It is cleaned up before the next run.\n',
  'state.md': '# State\n\n## useState\n\nKeeps a value between renders. An effect may read it.\n',
  'copy.md': '# Copy\n\n## useState\n\nKeeps a value between renders. An effect may read it.\n',
};

function made() {
  const pages = Object.keys(markdown).map((path) => ({
    path,
    url: `https://docs.example/${path}`,
    title: path,
    contentHash: path,
    lines: 6,
    isStale: false,
  }));
  const chunks = Object.values(markdown).flatMap((text, page) =>
    chunksOf(text).map(({ title: _, ...chunk }) => ({
      ...chunk,
      page,
      contentHash: chunk.text.slice(chunk.text.indexOf('##')),
      warnings: [],
      symbol: undefined,
    })),
  );
  const content = {
    library: 'made',
    version: '1.0.0',
    stamp: 's',
    provenance: 'project',
    dataAt: '2026-01-01T00:00:00Z',
  };
  return segmentOf({ ...content, pages, chunks });
}

const wanted = { limit: 5, tokenBudget: 4_000 };

it('what is packed and unpacked answers as before, wherever its bytes lie', () => {
  const segment = made();
  const bytes = packSegment(segment);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  for (const copy of [bytes, shifted.subarray(3)]) {
    const { index, ...content } = unpackSegment(copy);
    const { index: before, ...contentBefore } = segment;
    expect(content).toEqual(JSON.parse(JSON.stringify(contentBefore)));
    expect(index.terms).toEqual(before.terms);
    const answer = (one: typeof segment) => searchSegment(one, { query: 'when does useEffect run', ...wanted });
    expect(answer({ ...contentBefore, index })).toEqual(answer(segment));
  }
});

it('what is unpacked does not keep the bytes it was read from', () => {
  const bytes = packSegment(made());
  const { index } = unpackSegment(bytes);
  const own = index.chunks.byteLength + index.counts.byteLength + index.starts.byteLength + index.lengths.byteLength;
  expect(index.chunks.buffer).not.toBe(bytes.buffer);
  expect(index.chunks.buffer.byteLength).toBeLessThan(own + 500);
  bytes.fill(0);
  expect(index.chunks.some((chunk) => chunk > 0)).toBe(true);
});

it('bytes that are no segment are refused', () => {
  const bytes = packSegment(made());
  expect(() => unpackSegment(new Uint8Array(16))).toThrow();
  expect(() => unpackSegment(bytes.subarray(0, 400))).toThrow('a segment was cut off');
  expect(() => unpackSegment(bytes.subarray(0, -1))).toThrow('a segment was cut off');
  expect(() => unpackSegment(new Uint8Array([...bytes, 0]))).toThrow('something follows');
  expect(() => unpackSegment(new TextEncoder().encode('{"format":1,"library":"made"}'))).toThrow();
});

it('what is packed is read as it comes, however it is cut', () => {
  const bytes = packSegment(made());
  for (const length of [1, 3, 1_000]) {
    const reader = segmentReader();
    for (let at = 0; at < bytes.length; at += length) reader.push(bytes.subarray(at, at + length));
    expect(reader.done()).toEqual(unpackSegment(bytes));
  }
});

it('many chunks are packed in pieces that are small, and all of them come back in their order', () => {
  const segment = made();
  const chunks = Array.from({ length: 2_000 }, (_, at) => ({
    ...segment.chunks[0]!,
    text: `${at} ${'é'.repeat(1_000)}`,
  }));
  const frames = [...packedChunks(chunks)];
  expect(frames.length).toBeGreaterThan(4);
  expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(2 ** 20);
  const { chunks: back } = unpackSegment(packSegment({ ...segment, chunks }));
  expect(back.map(({ text }) => text)).toEqual(chunks.map(({ text }) => text));
});

it('an index of many postings says of each word where it stands, and how often', () => {
  const texts = Array.from({ length: 1_500 }, (_, chunk) =>
    Array.from({ length: 60 }, (_unused, at) => `w${(chunk * 7 + at * at) % 997}x`).join(' '),
  );
  const index = buildIndex(texts.map((text, page) => ({ title: 'T', trail: ['T'], text, page })));
  expect(index.chunks.length).toBeGreaterThan(65_536);
  for (const word of ['w0x', 'w500x', 'w996x']) {
    const term = [...index.terms.keys()].find((one) => one === word)!;
    const [from, to] = [index.starts[index.terms.get(term)!]!, index.starts[index.terms.get(term)! + 1]!];
    const found = Array.from({ length: to - from }, (_, at) => [
      index.chunks[from + at],
      index.counts[(from + at) * 3 + 2],
    ]);
    const expected = texts.flatMap((text, chunk) => {
      const count = text.split(' ').filter((one) => one === word).length;
      return count === 0 ? [] : [[chunk, count]];
    });
    expect(found).toEqual(expected);
  }
  expect(index.lengths.filter((_, at) => at % 3 === 2).every((length) => length === 60)).toBe(true);
});

it('a passage that stands on two pages is shown once, and the best answer has a relevance of 1', () => {
  const hits = searchSegment(made(), { query: 'useState', ...wanted });
  expect(hits.map(({ page }) => page.path)).toEqual(['state.md']);
  expect(hits[0]!.relevance).toBe(1);
});

it('what does not fit the budget is left out, but for the first', () => {
  const hits = searchSegment(made(), { query: 'effect', limit: 5, tokenBudget: 1 });
  expect(hits).toHaveLength(1);
  expect(searchSegment(made(), { query: 'effect', ...wanted }).length).toBeGreaterThan(1);
});

it('of a question of many words those are looked up that tell most', () => {
  const common = Array.from({ length: 200 }, (_, at) => `common${at}`).join(' ');
  const pages = ['rare', ...Array.from({ length: 20 }, () => '')];
  const { index: _, ...content } = made();
  const segment = segmentOf({
    ...content,
    pages: pages.map((_word, at) => ({ ...content.pages[0]!, path: `${at}` })),
    chunks: pages.map((word, page) => ({
      ...content.chunks[0]!,
      page,
      text: page === 0 ? word : `${common} ${page}`,
      contentHash: `${page}`,
    })),
  });
  const [first] = searchSegment(segment, { query: `${common} rare`, ...wanted });
  expect(first!.page.path).toBe('0');
});

it('what a segment takes in memory grows with its text and its chunks', () => {
  const { index: _, ...content } = made();
  const small = memoryOf(segmentOf(content));
  const chunks = [...content.chunks, ...content.chunks].map((chunk) => ({ ...chunk, text: `${chunk.text} more` }));
  const large = memoryOf(segmentOf({ ...content, chunks }));
  expect(large.text).toBeGreaterThan(2 * small.text);
  expect(large.beyond).toBeGreaterThan(small.beyond);
});
