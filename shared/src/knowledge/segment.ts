import { buildIndex, type TermIndex } from './build-index.ts';
import type { Chunk } from './chunk.ts';

/** A page as those see it who search. */
export interface SegmentPage {
  path: string;
  url: string;
  title: string;
  /** Of its whole text. */
  contentHash: string;
  lines: number;
  /** It is gone from its source. */
  isStale: boolean;
}

/** A declaration of the library's types. */
export interface SymbolEntry {
  /** With what it belongs to: `Kysely.selectFrom`. */
  name: string;
  signature: string;
  deprecated: string | undefined;
}

export interface SegmentChunk extends Omit<Chunk, 'title'> {
  /** Its page's place in the segment. */
  page: number;
  contentHash: string;
  /** What in it looks as if it was meant to instruct a model. */
  warnings: readonly string[];
  symbol: SymbolEntry | undefined;
}

/** One version of a library as it is searched. It is never changed: another content is another segment with another stamp. */
export interface Segment {
  library: string;
  version: string;
  stamp: string;
  provenance: string;
  /** When it was last compared with its source, ISO-8601. */
  dataAt: string;
  pages: readonly SegmentPage[];
  /** Those of a page follow each other, in the order of its lines. */
  chunks: readonly SegmentChunk[];
  index: TermIndex;
}

export const segmentOf = (content: Omit<Segment, 'index'>): Segment => ({
  ...content,
  index: buildIndex(content.chunks.map((chunk) => ({ ...chunk, title: content.pages[chunk.page]!.title }))),
});

const format = 2;

/** What a frame holds. A frame is its kind, the length of what follows (four bytes, little-endian), and that. */
const kinds = { head: 0, pages: 1, chunks: 2, terms: 3, numbers: 4, end: 5 } as const;
const frameHead = 5;
const longestFrame = 2 ** 30;

/** Characters of a frame of JSON: little enough that whoever writes or reads it gives others a turn soon. */
const frameCharacters = 250_000;

/** How the arrays of an index follow each other. */
const arrayKinds = [Uint32Array, Uint32Array, Uint8Array, Uint16Array, Float64Array, Uint32Array] as const;
const arraysOf = ({ starts, chunks, counts, lengths, averages, pages }: TermIndex) =>
  [starts, chunks, counts, lengths, averages, pages] as const;

/** A segment as bytes: its head, its chunks and its index, one after the other. What compresses them is up to whoever keeps them. */
export function packSegment({ index, chunks, ...about }: Segment): Uint8Array {
  const frames = [...packedHead(about), ...packedChunks(chunks), ...packedIndex(index)];
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

/** How a segment begins; then come its chunks in their order, in as many goes as it takes, and at last its index. */
export function* packedHead({ pages, ...about }: Omit<Segment, 'index' | 'chunks'>): Generator<Uint8Array> {
  yield jsonFrame(kinds.head, { format, ...about });
  yield* jsonFrames(kinds.pages, pages, ({ path, url, title }) => 150 + path.length + url.length + title.length);
}

export const packedChunks = (chunks: readonly SegmentChunk[]): Generator<Uint8Array> =>
  jsonFrames(kinds.chunks, chunks, ({ text, symbol }) => 200 + text.length + (symbol?.signature.length ?? 0));

export function* packedIndex(index: TermIndex): Generator<Uint8Array> {
  yield* jsonFrames(kinds.terms, [...index.terms.keys()], (term) => 3 + term.length);
  for (const array of arraysOf(index)) {
    yield frameStart(kinds.numbers, array.byteLength);
    yield new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  }
  yield frameStart(kinds.end, 0);
}

/** Throws where the bytes are not those of a segment. */
export function unpackSegment(bytes: Uint8Array): Segment {
  const reader = segmentReader();
  reader.push(bytes);
  return reader.done();
}

/** Reads a segment as its bytes come, however they are cut. */
export function segmentReader() {
  let about: Omit<Segment, 'pages' | 'chunks' | 'index'> | undefined;
  const pages: SegmentPage[] = [];
  const chunks: SegmentChunk[] = [];
  const terms = new Map<string, number>();
  const arrays: Uint8Array<ArrayBuffer>[] = [];
  const shared = sharing();
  const start = new Uint8Array(frameHead);
  let [startAt, bodyAt, isEnded] = [0, 0, false];
  let body: Uint8Array<ArrayBuffer> | undefined;

  function take(kind: number, bytes: Uint8Array<ArrayBuffer>) {
    if (kind !== kinds.head && about === undefined) throw new Error('a segment begins with its head');
    if (kind === kinds.numbers) arrays.push(bytes);
    else if (kind === kinds.end) isEnded = true;
    else if (kind === kinds.head) {
      const { format: found, ...rest } = parsed(bytes) as typeof about & { format: number };
      if (found !== format) throw new Error(`a segment of format ${found}, expected ${format}`);
      about = rest as typeof about;
    } else if (kind === kinds.pages) for (const page of parsed(bytes) as SegmentPage[]) pages.push(page);
    else if (kind === kinds.chunks) for (const chunk of parsed(bytes) as SegmentChunk[]) chunks.push(shared(chunk));
    else if (kind === kinds.terms) for (const term of parsed(bytes) as string[]) terms.set(term, terms.size);
    else throw new Error(`a segment has no frame of kind ${kind}`);
  }

  function push(bytes: Uint8Array) {
    for (let at = 0; at < bytes.length;) {
      if (isEnded) throw new Error('something follows the end of a segment');
      if (!body) {
        start[startAt++] = bytes[at++]!;
        if (startAt < frameHead) continue;
        const length = new DataView(start.buffer).getUint32(1, true);
        if (length > longestFrame) throw new Error('no frame of a segment is as long');
        // Memory of its own, which is where an array lies from then on.
        body = new Uint8Array(length);
      }
      const some = bytes.subarray(at, at + body.length - bodyAt);
      body.set(some, bodyAt);
      [at, bodyAt] = [at + some.length, bodyAt + some.length];
      if (bodyAt < body.length) return;
      const whole = body;
      [startAt, bodyAt, body] = [0, 0, undefined];
      take(start[0]!, whole);
    }
  }

  function done(): Segment {
    if (!isEnded || !about) throw new Error('a segment was cut off');
    const [starts, ofChunks, counts, lengths, averages, ofPages] = arrayKinds.map((Kind, at) => {
      const { buffer, length } = arrays[at]!;
      return new Kind(buffer, 0, length / Kind.BYTES_PER_ELEMENT);
    }) as unknown as ReturnType<typeof arraysOf>;
    const index = {
      chunkCount: ofPages.length,
      terms,
      starts,
      chunks: ofChunks,
      counts,
      lengths,
      averages,
      pages: ofPages,
    };
    return { ...about, pages, chunks, index };
  }

  return { push, done };
}

function* jsonFrames<T>(kind: number, items: readonly T[], charactersOf: (item: T) => number): Generator<Uint8Array> {
  let some: T[] = [];
  let characters = 0;
  for (const item of items) {
    some.push(item);
    characters += charactersOf(item);
    if (characters < frameCharacters) continue;
    yield jsonFrame(kind, some);
    [some, characters] = [[], 0];
  }
  if (some.length > 0) yield jsonFrame(kind, some);
}

function jsonFrame(kind: number, value: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const frame = new Uint8Array(frameHead + text.length);
  frame.set(frameStart(kind, text.length));
  frame.set(text, frameHead);
  return frame;
}

function frameStart(kind: number, length: number): Uint8Array {
  const start = new Uint8Array(frameHead);
  start[0] = kind;
  new DataView(start.buffer).setUint32(1, length, true);
  return start;
}

const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** What many chunks have alike is held once. */
function sharing() {
  const none: readonly string[] = [];
  const trails = new Map<string, string[]>();
  return (chunk: SegmentChunk): SegmentChunk => {
    const key = JSON.stringify(chunk.trail);
    const trail = trails.get(key) ?? chunk.trail;
    trails.set(key, trail);
    // Field by field: an object that is spread takes three times as much memory.
    const { page, contentHash, anchor, startLine, endLine, text, symbol } = chunk;
    const warnings = chunk.warnings.length === 0 ? none : chunk.warnings;
    return { page, contentHash, trail, anchor, startLine, endLine, text, warnings, symbol };
  };
}
