import type { Prepared } from '@whetstone/shared/contract';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const zip = promisify(gzip);

/** Below this, what is saved does not leave a packet out. */
const smallestBytes = 1_024;

/** Whether an answer is worth sending compressed to who sends this `Accept-Encoding`. */
export const isWorthZipping = (accepted: string | undefined, { json }: Prepared) =>
  accepted !== undefined && json.length >= smallestBytes && acceptsGzip(accepted);

/** https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding: a weight of 0 means "not this". */
function acceptsGzip(header: string) {
  const weights = new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)];
    }),
  );
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}

/**
 * Compresses answers that are kept, each once, when the first asks who takes it so; outside the thread that answers. Without
 * a promise when it is at hand.
 */
export function zippedOnce(): (kept: Prepared) => Buffer | Promise<Buffer> {
  const known = new WeakMap<Prepared, Buffer | Promise<Buffer>>();
  return (kept) => {
    const before = known.get(kept);
    if (before) return before;
    const zipping = zip(kept.json);
    known.set(kept, zipping);
    zipping.then(
      (bytes) => known.set(kept, bytes),
      () => known.delete(kept),
    );
    return zipping;
  };
}
