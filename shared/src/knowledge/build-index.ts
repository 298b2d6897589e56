import type { Chunk } from './chunk.ts';
import { headingsIn } from './sections.ts';
import { rememberedTerms, termsOf } from './terms.ts';

/** The fields of a chunk that are searched, and how much a word in each counts. */
export const fieldWeights = [4, 2, 1] as const;
const fieldCount = fieldWeights.length;

/** What is searched: a page's chunks follow each other. */
export interface IndexedChunk extends Pick<Chunk, 'title' | 'trail' | 'text'> {
  /** Number of its page. */
  page: number;
}

/**
 * An inverted index over the chunks of one library's version. A term's postings are the numbers of chunks, ascending, and how
 * often the term stands in each field there; both lie in flat arrays, so that an index is a handful of allocations.
 */
export interface TermIndex {
  chunkCount: number;
  terms: Map<string, number>;
  /** Where a term's postings begin; one more entry than terms. */
  starts: Uint32Array;
  chunks: Uint32Array;
  /** Per posting, `fieldWeights.length` counts, at most 255. */
  counts: Uint8Array;
  /** Per chunk and field, how many terms. */
  lengths: Uint16Array;
  averages: Float64Array;
  pages: Uint32Array;
}

export function buildIndex(chunks: readonly IndexedChunk[]): TermIndex {
  const builder = indexBuilder();
  for (const chunk of chunks) builder.add(chunk);
  return builder.done();
}

/** The same chunk by chunk, for whoever has other things to do in between. */
export function indexBuilder() {
  const terms = new Map<string, number>();
  // In the order of chunks, in flat arrays: as objects by term they would take many times the memory.
  const postingTerms = growing(Uint32Array);
  const postingCounts = growing(Uint8Array);
  const ends = growing(Uint32Array);
  const lengths = growing(Uint16Array);
  const pages = growing(Uint32Array);
  const sums = new Float64Array(fieldCount);
  const ofWord = rememberedTerms();

  const add = ({ title, trail, text, page }: IndexedChunk) => {
    pages.push(page);
    const inChunk = new Map<string, number[]>();
    // What was short and went with what follows has headings of its own, which say as much of it as its trail.
    const headings = [...trail, ...headingsIn(text).filter((heading) => heading !== title && !trail.includes(heading))];
    for (const [field, words] of [title, headings.join(' > '), text].entries()) {
      const found = termsOf(words, { ofWord });
      lengths.push(Math.min(found.length, 65_535));
      sums[field]! += found.length;
      for (const term of found) {
        let counts = inChunk.get(term);
        if (counts === undefined) inChunk.set(term, (counts = [0, 0, 0]));
        counts[field]! += 1;
      }
    }
    for (const [term, counts] of inChunk) {
      let index = terms.get(term);
      if (index === undefined) terms.set(term, (index = terms.size));
      postingTerms.push(index);
      for (const count of counts) postingCounts.push(Math.min(count, 255));
    }
    ends.push(postingTerms.length());
  };

  const done = (): TermIndex => {
    const starts = new Uint32Array(terms.size + 1);
    postingTerms.forEach((term) => (starts[term + 1]! += 1));
    for (let term = 0; term < terms.size; term++) starts[term + 1]! += starts[term]!;
    const next = starts.slice();
    const index: TermIndex = {
      chunkCount: pages.length(),
      terms,
      starts,
      chunks: new Uint32Array(postingTerms.length()),
      counts: new Uint8Array(postingTerms.length() * fieldCount),
      lengths: lengths.all(),
      averages: sums.map((sum) => sum / Math.max(1, pages.length())),
      pages: pages.all(),
    };
    const endOf = ends.all();
    let chunk = 0;
    postingTerms.forEach((term, posting) => {
      while (endOf[chunk]! <= posting) chunk++;
      const at = next[term]!++;
      index.chunks[at] = chunk;
      for (let field = 0; field < fieldCount; field++)
        index.counts[at * fieldCount + field] = postingCounts.at(posting * fieldCount + field);
    });
    return index;
  };

  return { add, done };
}

interface Numbers<T> {
  readonly length: number;
  [at: number]: number;
  set(from: T, at: number): void;
  subarray(from: number, to: number): T;
}

const blockBits = 16;
const blockLength = 2 ** blockBits;

/** Numbers to which more are added: in blocks, since an array that grows is there twice each time that it does. */
function growing<T extends Numbers<T>>(Kind: new (length: number) => T) {
  const blocks: T[] = [];
  let [block, at] = [new Kind(0), 0];
  const length = () => blocks.length * blockLength - (block.length - at);
  return {
    push: (value: number) => {
      if (at === block.length) {
        block = new Kind(blockLength);
        blocks.push(block);
        at = 0;
      }
      block[at++] = value;
    },
    length,
    at: (place: number) => blocks[place >>> blockBits]![place & (blockLength - 1)]!,
    forEach: (visit: (value: number, place: number) => void) => {
      const end = length();
      for (let place = 0; place < end; place++) visit(blocks[place >>> blockBits]![place & (blockLength - 1)]!, place);
    },
    all: () => {
      const all = new Kind(length());
      for (const [number, one] of blocks.entries())
        all.set(one.subarray(0, Math.min(blockLength, all.length - number * blockLength)), number * blockLength);
      return all;
    },
  };
}
