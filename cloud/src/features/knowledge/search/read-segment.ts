import { segmentReader, type Segment } from '@whetstone/shared/knowledge';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Tx } from '../../../platform/db/database.ts';
import { searchRepository } from './repository.ts';

/** Unpacked, of one version. */
const mostUnpackedBytes = 2 * 2 ** 30;
/** Unpacked at a time, before others get their turn. */
const unzippedBytes = 2 ** 18;

type InTransaction = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/**
 * The segment of a version; undefined where it has another content by now. Unpacked as its pieces come, so that beside what is made of
 * it little lies in memory.
 */
export async function readSegment(
  inTransaction: InTransaction,
  { id, stamp }: { id: string; stamp: string },
): Promise<Segment | undefined> {
  let isGone = false;
  // Each in a transaction of its own: others get their turn in between.
  async function* pieces() {
    for (let [part, parts] = [0, 1]; part < parts; part++) {
      const piece = await inTransaction((tx) => searchRepository.piece(tx, { id, stamp, part }));
      if (!piece) {
        isGone = true;
        return;
      }
      ({ parts } = piece);
      yield piece.packed;
    }
  }
  const reader = segmentReader();
  try {
    await pipeline(
      Readable.from(pieces(), { objectMode: true, highWaterMark: 1 }),
      createGunzip({ chunkSize: unzippedBytes }),
      async (plain: AsyncIterable<Buffer>) => {
        let bytes = 0;
        for await (const some of plain) {
          bytes += some.length;
          if (bytes > mostUnpackedBytes)
            throw new Error(`a segment is larger than ${mostUnpackedBytes} bytes unpacked`);
          reader.push(some);
        }
      },
    );
    return reader.done();
  } catch (error) {
    if (isGone) return undefined;
    throw error;
  }
}
