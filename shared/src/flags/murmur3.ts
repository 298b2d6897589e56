/** The hash of a text so far, to go on from: what many texts begin with is hashed once. */
export interface Seed {
  readonly hash: number;
  /** The bytes that do not fill a block of four yet. */
  readonly block: number;
  readonly length: number;
}

const start: Seed = { hash: 0, block: 0, length: 0 };

/** MurmurHash3 x86 32, seed 0, of the UTF-8 bytes of a text, as an unsigned number; behind what `from` has hashed. */
export function murmur3(text: string, from = start): number {
  const { hash, block, length } = seedOf(text, from);
  let mixed = hash ^ scramble(block) ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** To go on with texts that do not begin with the second half of a surrogate pair. */
export function seedOf(text: string, from = start): Seed {
  const bytes = isAscii(text) ? text : utf8(text);
  let { hash, block, length } = from;
  for (let at = 0; at < bytes.length; at++) {
    // A shift counts modulo 32.
    block |= bytes.charCodeAt(at) << (length++ << 3);
    if ((length & 3) !== 0) continue;
    hash ^= scramble(block);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    block = 0;
  }
  return { hash, block, length };
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** The UTF-8 bytes as a text of one character per byte. */
const utf8 = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
