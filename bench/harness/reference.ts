import { cpuMicroseconds } from './cpu.ts';

const iterations = 20_000_000;

/**
 * CPU time of one iteration of a fixed loop of integer arithmetic and small array reads, in nanoseconds. Never change
 * the loop: absolute figures of different machines and days are compared by it.
 */
export function referenceNs(): number {
  mix(iterations / 10);
  const before = process.cpuUsage();
  mix(iterations);
  return (cpuMicroseconds(before) * 1_000) / iterations;
}

function mix(count: number): number {
  const table = new Int32Array(256);
  let state = 1;
  for (let i = 0; i < count; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + table[state & 255]!;
    table[i & 255] = state;
  }
  return state;
}
