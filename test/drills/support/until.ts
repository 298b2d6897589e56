import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until it is so, with something to do meanwhile. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  mostMs: number,
  meanwhile: () => Promise<unknown> = () => sleep(100),
) {
  for (const deadlineMs = performance.now() + mostMs; performance.now() < deadlineMs; await meanwhile())
    if (await isSo()) return;
  throw new Error(`${what} did not come within ${mostMs / 1_000} s`);
}
