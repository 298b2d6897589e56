import type { Segment, SegmentChunk } from './segment.ts';

/** About what a segment takes in memory, in bytes; texts and what is beyond them apart. */
export interface SegmentMemory {
  text: number;
  beyond: number;
}

/** Of V8 on a 64-bit machine: a string's head, an object with its fields, an entry of a map with its slot in the table. */
const stringHead = 24;
const chunkObject = 120;
const mapEntry = 48;

export function memoryOf({ chunks, pages, index }: Segment): SegmentMemory {
  let text = 0;
  let beyond = 2_048;
  const trails = new Set<SegmentChunk['trail']>();
  for (const { text: shown, contentHash, anchor, trail, warnings, symbol } of chunks) {
    text += stringBytes(shown);
    beyond += chunkObject + stringBytes(contentHash) + stringBytes(anchor ?? '') + bytesOf(warnings);
    if (symbol) beyond += 64 + bytesOf([symbol.name, symbol.signature, symbol.deprecated ?? '']);
    if (!trails.has(trail)) beyond += bytesOf(trail);
    trails.add(trail);
  }
  for (const { path, url, title, contentHash } of pages) beyond += 96 + bytesOf([path, url, title, contentHash]);
  for (const term of index.terms.keys()) beyond += mapEntry + stringBytes(term);
  const { starts, chunks: postings, counts, lengths, averages, pages: pageOf } = index;
  for (const array of [starts, postings, counts, lengths, averages, pageOf]) beyond += array.byteLength;
  return { text, beyond };
}

const bytesOf = (texts: readonly string[]) =>
  texts.reduce((sum, text) => sum + stringBytes(text), texts.length === 0 ? 0 : 32 + 8 * texts.length);

/** A byte for each character, two where one of them lies beyond Latin-1. */
const stringBytes = (text: string) => stringHead + text.length * (/[\u0100-\uFFFF]/.test(text) ? 2 : 1);
