import type { DocFile } from '../../evals/src/retrieval/segment-of-files.ts';
import { segmentOf, type Segment, type SegmentChunk, type TermIndex } from '@whetstone/shared/knowledge';

/** Words of every fourth place in a vocabulary are others in each copy, so that words and pages grow with passages. */
const isAltered = (word: string, copy: number) => copy > 0 && hashOf(word, copy) % 4 === 0;

function hashOf(word: string, seed: number): number {
  let hash = Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x85ebca6b);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Letters alone: a digit would make a name of a word. */
const mark = (copy: number) => `q${String.fromCharCode(97 + Math.floor(copy / 26), 97 + (copy % 26))}`;

const altered = (text: string, copy: number) =>
  text.replaceAll(/\p{L}{4,}/gu, (word) => (isAltered(word.toLowerCase(), copy) ? word + mark(copy) : word));

/** The same as files, for whoever reads them as an ingest does. */
export const grownFiles = (files: readonly DocFile[], copies: number): DocFile[] =>
  Array.from({ length: copies }, (_, copy) => copy).flatMap((copy) =>
    files.map(({ path, text }) => ({ path: `${copy}/${path}`, text: altered(text, copy) })),
  );

type Content = Omit<Segment, 'index'>;

/** As many copies of some documentation as make so many passages, indexed as documentation is. */
export function grownByText(content: Content, chunkCount: number): Segment {
  return segmentOf(copiesOf(content, chunkCount, altered));
}

/**
 * The same for many more: the copies' words are altered in the index instead of being read again from their text, which would
 * take minutes and change nothing for a search.
 */
export function grownByIndex({ index, ...content }: Segment, chunkCount: number): Segment {
  const copies = Math.ceil(chunkCount / content.chunks.length);
  // A string of its own for every passage, as it has one that was read from somewhere.
  const own = (text: string) => Buffer.from(text).toString();
  return { ...copiesOf(content, chunkCount, own), index: grownIndex(index, copies) };
}

function copiesOf(content: Content, chunkCount: number, textOf: (text: string, copy: number) => string): Content {
  const copies = Math.ceil(chunkCount / content.chunks.length);
  const numbers = Array.from({ length: copies }, (_, copy) => copy);
  return {
    ...content,
    pages: numbers.flatMap((copy) =>
      content.pages.map((page) => ({ ...page, path: `${copy}/${page.path}`, title: textOf(page.title, copy) })),
    ),
    chunks: numbers.flatMap((copy) =>
      content.chunks.map((chunk): SegmentChunk => ({
        ...chunk,
        page: chunk.page + copy * content.pages.length,
        trail: chunk.trail.map((heading) => textOf(heading, copy)),
        text: textOf(chunk.text, copy),
        contentHash: `${hashOf(chunk.contentHash, copy).toString(16).padStart(8, '0')}${chunk.contentHash.slice(8)}`,
      })),
    ),
  };
}

function grownIndex(index: TermIndex, copies: number): TermIndex {
  const pageCount = index.pages.at(-1)! + 1;
  const terms = new Map<string, number>();
  const of: { term: number; copy: number }[][] = [];
  for (const [name, term] of index.terms)
    for (let copy = 0; copy < copies; copy++) {
      const own = isAltered(name, copy) ? name + mark(copy) : name;
      const number = terms.get(own) ?? of.length;
      if (number === of.length) {
        terms.set(own, number);
        of.push([]);
      }
      of[number]!.push({ term, copy });
    }
  const fields = index.averages.length;
  const repeated = <A extends Uint16Array | Uint32Array>(array: A, by: (value: number, copy: number) => number) => {
    const all = new (array.constructor as new (length: number) => A)(array.length * copies);
    for (let copy = 0; copy < copies; copy++)
      for (let i = 0; i < array.length; i++) all[copy * array.length + i] = by(array[i]!, copy);
    return all;
  };
  const grown: TermIndex = {
    chunkCount: index.chunkCount * copies,
    terms,
    starts: new Uint32Array(of.length + 1),
    chunks: new Uint32Array(index.chunks.length * copies),
    counts: new Uint8Array(index.counts.length * copies),
    lengths: repeated(index.lengths, (length) => length),
    averages: index.averages,
    pages: repeated(index.pages, (page, copy) => page + copy * pageCount),
  };
  let at = 0;
  for (const [number, parts] of of.entries()) {
    grown.starts[number] = at;
    for (const { term, copy } of parts.toSorted((a, b) => a.copy - b.copy)) {
      const [from, to] = [index.starts[term]!, index.starts[term + 1]!];
      for (let i = from; i < to; i++) grown.chunks[at + i - from] = index.chunks[i]! + copy * index.chunkCount;
      grown.counts.set(index.counts.subarray(from * fields, to * fields), at * fields);
      at += to - from;
    }
  }
  grown.starts[of.length] = at;
  return grown;
}
