import type { Segment, SegmentChunk } from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What of a chunk is made a vector: its text with what it stands under, without which many say little. */
export const embeddedText = ({ pages }: Pick<Segment, 'pages'>, { page, trail, text }: SegmentChunk): string =>
  [pages[page]!.title, trail.join(' > '), '', text].join('\n');

/** Of a chunk some microseconds: others get their turn after a few milliseconds. */
const chunksInATurn = 1_000;

/**
 * The chunks of a segment by the names of their vectors: 32 digits of a hash of all that `embeddedText` is made of. The same passage
 * has the same name in every version; where it stands in one twice, the first place counts.
 */
export async function passagesOf({ pages, chunks }: Pick<Segment, 'pages' | 'chunks'>): Promise<Map<string, number>> {
  const passages = new Map<string, number>();
  for (const [number, { page, trail, contentHash }] of chunks.entries()) {
    const name = nameOf(JSON.stringify([pages[page]!.title, trail, contentHash]));
    if (!passages.has(name)) passages.set(name, number);
    if (number % chunksInATurn === chunksInATurn - 1) await nextTurn();
  }
  return passages;
}

// Sixteen bytes alone are written as text: a part of a longer text would keep all of it in memory.
const nameOf = (text: string) => createHash('sha256').update(text).digest().toString('hex', 0, 16);

/** A map's entry, and a text of 32 characters with its head. */
const passageBytes = 48 + 24 + 32;

export const memoryOfPassages = (passages: ReadonlyMap<string, number>): number => 1_024 + passageBytes * passages.size;
