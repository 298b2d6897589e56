/** Repeats a step until it finds nothing more to do, or is told to stop; resolves with the sum of what it did. */
export async function untilNoneIsLeft(signal: AbortSignal | undefined, step: () => Promise<number>): Promise<number> {
  let sum = 0;
  while (!signal?.aborted) {
    const done = await step();
    if (done === 0) break;
    sum += done;
  }
  return sum;
}
