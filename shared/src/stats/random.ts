/**
 * Uniform on [0, 1) in steps of 2^-32, the same for the same seed on every machine: sfc32 of Chris Doty-Humphrey's
 * PractRand, seeded as there (a = 0, b and c the seed's halves, counter 1, twelve rounds thrown away). Not for secrets.
 */
export function seededRandom(seed: number): () => number {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`expected a seed from 0 to 2^53 - 1, got ${seed}`);
  let a = 0;
  let b = seed >>> 0;
  let c = Math.floor(seed / 2 ** 32);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}
