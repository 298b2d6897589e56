import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** What a compressed answer holds, as it comes. Loaded when the first one comes; see builtin-http.ts for how. */
export function unzipped(incoming: IncomingMessage): Readable {
  const { createGunzip } = process.getBuiltinModule('node:zlib');
  const { pipeline } = process.getBuiltinModule('node:stream');
  // Whoever reads hears of what fails on either side; and an end to the reading ends both.
  return pipeline(incoming, createGunzip(), () => undefined);
}
