import { WhetstoneError } from '@whetstone/shared/errors';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { placeInArchive } from './archive-place.ts';
import { mostFiles, sizeOf, type Files, type FoundFile, type SkippedFile } from './files.ts';
import type { Limits } from './source.ts';

interface Options {
  limits: Pick<Limits, 'pageBytes' | 'totalBytes'>;
  signal: AbortSignal;
  /** What it is, for sentences: `fastify 5.12.8`. */
  name: string;
}

/**
 * The files of a `.tar.gz` that lie below its one folder. It is unpacked as it is read and never touches a disk, so that links
 * and paths that lead elsewhere lead nowhere; they are left out all the same, and said.
 */
export const filesOfArchive =
  (packed: Buffer, options: Options): Files =>
  (isWanted) =>
    read(packed, isWanted, options);

async function* read(
  packed: Buffer,
  isWanted: (path: string) => boolean,
  { limits, signal, name }: Options,
): AsyncGenerator<FoundFile | SkippedFile> {
  const damaged = (why: string, cause?: unknown) =>
    new WhetstoneError('unavailable', `the archive of ${name} is damaged: ${why}`, { cause });
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) throw damaged('it is not packed with gzip');

  const ready: (FoundFile | SkippedFile)[] = [];
  const parser = parserInto(ready, { isWanted, pageBytes: limits.pageBytes, refuse: damaged, name });
  const gunzip = createGunzip();
  gunzip.end(packed);
  let unpacked = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      // The parser would unpack what is packed within by itself, past these limits.
      if (unpacked === 0 && isPackedAgain(chunk)) throw damaged('it is packed twice');
      unpacked += chunk.length;
      if (unpacked > limits.totalBytes) throw tooLarge(name, limits.totalBytes);
      parser.write(chunk);
      yield* ready.splice(0);
      // What follows is no part of it, and the parser would keep all of that.
      if (parser.isAtEnd) break;
    }
    parser.end();
  } catch (error) {
    if (error instanceof WhetstoneError || signal.aborted) throw error;
    throw damaged('it cannot be unpacked; it may have been cut off on its way', error);
  } finally {
    gunzip.destroy();
  }
  yield* ready.splice(0);
}

interface ParserOptions {
  isWanted: (path: string) => boolean;
  pageBytes: number;
  refuse: (why: string) => WhetstoneError;
  name: string;
}

/** Files are whole in `ready` once the chunk with their last byte was written. */
function parserInto(ready: (FoundFile | SkippedFile)[], { isWanted, pageBytes, refuse, name }: ParserOptions) {
  let entries = 0;
  let isAtEnd = false;
  const seen = new Set<string>();
  const parser = new Parser({
    onwarn: (code, message) => {
      if (code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ABORT' || ++entries > mostFiles) throw refuse(`${message}`);
    },
    onReadEntry: (entry) => {
      if (++entries > mostFiles)
        throw new WhetstoneError(
          'payload_too_large',
          `${name} has more than ${mostFiles} files, the most that are read`,
        );
      const place = placeInArchive(entry);
      const skip = (path: string, why: string) => ready.push({ kind: 'skipped', path, why });
      if (place.kind === 'skipped') skip(place.path, place.why);
      if (place.kind !== 'file' || !isWanted(place.path)) return entry.resume();
      // Tar lets a later file replace an earlier one; what was told of the first would not hold.
      if (seen.has(place.path)) return entry.resume();
      seen.add(place.path);
      if (entry.size > pageBytes) {
        skip(place.path, `it is larger than ${sizeOf(pageBytes)}`);
        return entry.resume();
      }
      return collect(entry, (bytes) => ready.push({ kind: 'file', path: place.path, bytes }));
    },
  });
  parser.on('eof', () => (isAtEnd = true));
  return {
    write: (chunk: Buffer) => parser.write(chunk),
    end: () => parser.end(),
    get isAtEnd() {
      return isAtEnd;
    },
  };
}

/** The parser hands over as many bytes as the header says, so that its size is a bound. */
function collect(entry: ReadEntry, done: (bytes: Buffer) => void) {
  const chunks: Buffer[] = [];
  entry.on('data', (chunk) => chunks.push(chunk));
  entry.on('end', () => done(Buffer.concat(chunks)));
}

const isPackedAgain = (chunk: Buffer) => chunk.readUInt16BE(0) === 0x1f8b || chunk.subarray(0, 4).equals(zstandard);
const zstandard = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

const tooLarge = (name: string, bytes: number) =>
  new WhetstoneError('payload_too_large', `${name} is larger than ${sizeOf(bytes)} unpacked, the most that is read`);
