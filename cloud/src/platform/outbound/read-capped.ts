import { WhetstoneError } from '@whetstone/shared/errors';
import type { ReadableStream } from 'node:stream/web';

/** The whole of a body, unpacked; gives up as soon as it is larger than allowed, whatever its headers said. */
export async function readCapped(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  if (!body) return Buffer.alloc(0);
  if (maxBytes === 0) {
    await body.cancel();
    return Buffer.alloc(0);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new WhetstoneError('payload_too_large', `the answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
