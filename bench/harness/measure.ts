import { referenceNs } from './reference.ts';

export interface Contender<Sample> {
  name: string;
  sample: () => Promise<Sample>;
}

export interface Rounds<Sample> {
  of: (name: string) => Sample[];
  /** CPU time per iteration of the reference loop, once a round. */
  referenceNs: number[];
}

/** A B C, A B C, …: whatever slows the machine for a while slows all of them. */
export async function interleave<Sample>(contenders: Contender<Sample>[], count: number): Promise<Rounds<Sample>> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  const reference: number[] = [];
  for (let round = 0; round < count; round++) {
    reference.push(referenceNs());
    for (const { name, sample } of contenders) samples.get(name)!.push(await sample());
  }
  return { of: (name) => samples.get(name)!, referenceNs: reference };
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of the ratios round by round: each round's two stand close in time. */
export const ratioOf = (samples: readonly number[], base: readonly number[]): number =>
  median(samples.map((sample, i) => sample / base[i]!));
