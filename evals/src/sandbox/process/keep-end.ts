import type { Readable } from 'node:stream';

const MAX_BYTES = 2 ** 20;

/** Reads a stream to its end and keeps the last MiB: what a program said last says what became of it. */
export function keepEnd(stream: Readable): () => string {
  let chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    // Joined seldom, so that a flood costs one copy per MiB.
    if (bytes > 2 * MAX_BYTES) {
      chunks = [Buffer.concat(chunks).subarray(-MAX_BYTES)];
      bytes = MAX_BYTES;
    }
  });
  return () => Buffer.concat(chunks).subarray(-MAX_BYTES).toString('utf8');
}
