import type { DocSource, Provenance } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { indexBuilder, packedChunks, packedHead, packedIndex, type SegmentChunk } from '@whetstone/shared/knowledge';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Tx } from '../../../platform/db/database.ts';
import { coverageOf, type Expected } from '../catalogue/coverage.ts';
import type { VectorsDue } from '../meaning/jobs.ts';
import { chunksOfPage } from './chunks-of-page.ts';
import { HoldLost, type Held } from './held.ts';
import { ingestRepository, type VersionState } from './repository.ts';
import type { Door, Owner } from './scope.ts';
import { sha256 } from '../sha256.ts';
import { stampOf, type ContentPage } from './stamp.ts';

export interface Publishing {
  door: Door;
  held: Held;
  owner: Owner;
  version: VersionState;
  is: { library: string; version: string; provenance: Provenance; source: DocSource; title: string };
  /** That everything was taken in; undefined where nobody can tell by it that nothing has changed. */
  sourceState: string | undefined;
  /** Pages that the catalogue expects of it. */
  expected: Expected | undefined;
  signal: AbortSignal;
  clock: () => number;
  vectorsDue: VectorsDue | undefined;
  /** About so much of what is packed is stored at a time. */
  pieceBytes?: number | undefined;
}

const usualPieceBytes = 4_000_000;
const pagesAtOnce = 20;
/** Of a version: the terms of all of them lie in memory while it is built. */
const mostChunks = 300_000;
/** How long others wait at most while pages are cut. */
const turnMs = 20;

/**
 * Has what was taken served, all at once. Until the last transaction the former content is served as it was; where nothing changed
 * no chunk is cut, and the version only was looked at again.
 *
 * A page that is gone from its source stays in what is searched, marked as stale: it may answer a question about this version as well
 * as before, and whoever cites it is told. It goes with the rest of the history (`expire.ts`).
 */
export async function publish(publishing: Publishing): Promise<void> {
  const { door, held, version, is, sourceState, expected } = publishing;
  const { ingestId } = held.hold;
  const pages = await door((tx) => ingestRepository.content(tx, version.id, ingestId));
  const stamp = stampOf(is, pages, sha256);
  const stalePages = pages.filter(({ isStale }) => isStale).length;
  if (version.isReady && version.stamp === stamp) {
    await finish(held, { chunks: version.chunks, symbols: version.symbols }, async (tx) => {
      await ingestRepository.mergePages(tx, version.id, ingestId);
      await ingestRepository.noteChecked(tx, version.id, sourceState);
    });
    return;
  }
  const { chunks, symbols, parts } = await stored(publishing, pages, stamp);
  await finish(held, { chunks, symbols }, async (tx) => {
    await ingestRepository.mergePages(tx, version.id, ingestId);
    await ingestRepository.markReplaced(tx, version.id);
    await ingestRepository.closeSegment(tx, version.id, { stamp, parts });
    await ingestRepository.publish(tx, version.id, {
      ...is,
      stamp,
      sourceState,
      pages: pages.length - stalePages,
      stalePages,
      chunks,
      symbols,
      coverage: expected
        ? coverageOf(
            expected,
            pages.filter(({ isStale }) => !isStale).map(({ path }) => path),
          )
        : null,
    });
    await publishing.vectorsDue?.(tx, publishing.owner, [version.id]);
  });
}

/** Where the source is as it was when its pages were taken, all of them are. */
export const lookedAgain = (held: Held, naming: (tx: Tx) => Promise<VersionState>): Promise<void> =>
  finish(held, {}, async (tx) => {
    const { id, sourceState } = await naming(tx);
    await ingestRepository.noteUnchanged(tx, held.hold, id);
    await ingestRepository.noteChecked(tx, id, sourceState ?? undefined);
  });

const finish: (held: Held, counts: Partial<Counts>, work: Parameters<Held['write']>[1] & {}) => Promise<void> = async (
  held,
  counts,
  work,
) => {
  await held.write({ step: 'publishes', ...counts }, async (tx) => {
    await work(tx);
    if (!(await ingestRepository.end(tx, held.hold, { status: 'done' }))) throw new HoldLost();
  });
};

interface Counts {
  chunks: number;
  symbols: number;
}

/**
 * Cuts, packs and stores the content piece by piece: what is packed already is in the database, so that of a large version only
 * the index has to fit into memory.
 */
async function stored(publishing: Publishing, pages: readonly ContentPage[], stamp: string) {
  const { held, owner, version, signal, pieceBytes = usualPieceBytes } = publishing;
  const counts: Counts = { chunks: 0, symbols: 0 };
  let parts = 0;
  await pipeline(
    Readable.from(packed(publishing, { pages, stamp, counts }), { objectMode: true }),
    createGzip(),
    async (zipped: AsyncIterable<Buffer>) => {
      for await (const piece of inPieces(zipped, pieceBytes)) {
        signal.throwIfAborted();
        const part = parts++;
        await held.write({ ...counts }, (tx) =>
          ingestRepository.keepPiece(tx, owner, { versionId: version.id, stamp, part, packed: piece }),
        );
      }
    },
  );
  return { ...counts, parts };
}

async function* inPieces(bytes: AsyncIterable<Buffer>, pieceBytes: number): AsyncGenerator<Buffer> {
  let some: Buffer[] = [];
  let length = 0;
  for await (const one of bytes) {
    some.push(one);
    length += one.length;
    if (length < pieceBytes) continue;
    yield Buffer.concat(some);
    [some, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(some);
}

interface Packing {
  pages: readonly ContentPage[];
  stamp: string;
  /** Counted up as it goes. */
  counts: Counts;
}

/** Cut and indexed page by page, with turns for others in between. */
async function* packed({ door, held, version, is, signal, clock }: Publishing, { pages, stamp, counts }: Packing) {
  const { library, version: name, provenance } = is;
  const dataAt = new Date(clock()).toISOString();
  yield* packedHead({ library, version: name, provenance, stamp, dataAt, pages });
  const builder = indexBuilder();
  const symbols = new Set<string>();
  const turn = turns();
  for (let from = 0; from < pages.length; from += pagesAtOnce) {
    signal.throwIfAborted();
    const some = pages.slice(from, from + pagesAtOnce);
    const hashes = [...new Set(some.map(({ contentHash }) => contentHash))];
    const texts = await door((tx) => ingestRepository.texts(tx, version.id, hashes));
    const byHash = new Map(texts.map((text) => [text.contentHash, text]));
    for (const [at, page] of some.entries()) {
      const text = byHash.get(page.contentHash);
      if (!text) throw new Error(`the text of ${page.path} is not there`);
      const chunks: SegmentChunk[] = chunksOfPage({ ...text, title: page.title }, from + at, sha256);
      for (const chunk of chunks) {
        builder.add({ ...chunk, title: page.title });
        if (chunk.symbol) symbols.add(chunk.symbol.name);
        if (turn.isOver()) await turn.next();
      }
      [counts.chunks, counts.symbols] = [counts.chunks + chunks.length, symbols.size];
      if (counts.chunks > mostChunks)
        throw new WhetstoneError(
          'payload_too_large',
          `it has more than ${mostChunks} passages: take a folder of it, or fewer pages`,
        );
      yield* packedChunks(chunks);
      if (turn.isOver()) await turn.next();
    }
    if (from % (pagesAtOnce * 25) === 0) await held.write({ step: 'builds the index', ...counts });
  }
  await held.write({ step: 'packs the index', ...counts });
  yield* packedIndex(builder.done());
}

function turns() {
  let since = performance.now();
  return {
    isOver: () => performance.now() - since >= turnMs,
    next: async () => {
      await nextTurn();
      since = performance.now();
    },
  };
}
