import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur3 } from '../../src/flags/index.ts';

describe('murmur3', () => {
  // flagd-testbed evaluator/gherkin/fractional.feature, and values computed over four implementations
  it.each([
    ['fractional-flagjack', 2682799072],
    ['fractional-flagqueen', 4278517551],
    ['fractional-flagten', 801845258],
    ['fractional-flagnine', 1406129861],
    ['fractional-flag3', 604371928],
    ['shared-seedseven', 2854277753],
    ['shared-seedeight', 1563615273],
    ['shared-seednine', 803549583],
    ['shared-seedtwo', 3695917884],
    ['ejOoVL', 0],
    ['bY9fO-', 1],
    ['SI7p-', 2147483647],
    ['6LvT0', 2147483648],
    ['ceQdGm', 4294967295],
    ['jon@company.com', 1557731397],
    ['user1', 3305849917],
    ['', 0],
    ['hello', 613153351],
  ])('hashes %j as published', (text, hash) => {
    expect(murmur3(text)).toBe(hash);
  });

  it.each([
    ['\u00e9', 269551495],
    ['na\u00efve', 992511445],
  ])('hashes the UTF-8 bytes of %j, not its UTF-16 units', (text, hash) => {
    expect(murmur3(text)).toBe(hash);
  });

  it('agrees with a plain implementation over bytes on any text, lone surrogates included', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), loneSurrogates),
        (text) => {
          expect(murmur3(text)).toBe(murmur3OfBytes(new TextEncoder().encode(text)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const loneSurrogates = fc
  .array(fc.integer({ min: 0xd700, max: 0xe0ff }), { maxLength: 9 })
  .map((units) => String.fromCharCode(...units));

/** Straight from Austin Appleby's MurmurHash3.cpp, in exact arithmetic. */
function murmur3OfBytes(bytes: Uint8Array): number {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & mask;
  const scramble = (k: bigint) => (rotate((k * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask;
  const read = (from: number, to: number) =>
    bytes.slice(from, to).reduceRight((block, byte) => (block << 8n) | BigInt(byte), 0n);
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0n;
  for (let i = 0; i < whole; i += 4) hash = (rotate(hash ^ scramble(read(i, i + 4)), 13n) * 5n + 0xe6546b64n) & mask;
  hash ^= scramble(read(whole, bytes.length)) ^ BigInt(bytes.length);
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}
