import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const bytesOfId = 16;
const idsAtOnce = 256;

/** Ids by the time they are made at. The system is asked for randomness for many together: for each that is most of a request. */
export function idSource(): (nowMs: number) => string {
  const random = new Uint8Array(bytesOfId * idsAtOnce);
  let used = random.length;
  return (nowMs) => {
    if (used === random.length) {
      randomFillSync(random);
      used = 0;
    }
    used += bytesOfId;
    return uuidv7({ msecs: nowMs, random: random.subarray(used - bytesOfId, used) });
  };
}
