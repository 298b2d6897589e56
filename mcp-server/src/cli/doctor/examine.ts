import { setTimeout as sleep } from 'node:timers/promises';
import type { Chapter, Check, Finding, Probe } from './check.ts';

export interface ExaminedChapter {
  title: string;
  checks: Check[];
}

/** Looks at everything at once, and answers in time whatever hangs: one broken thing must not hide the others. */
export async function examine(chapters: Chapter[], deadlineMs: number): Promise<ExaminedChapter[]> {
  const timer = new AbortController();
  const tooLate = sleep(deadlineMs, undefined, { signal: timer.signal }).then(() => lateAfter(deadlineMs));
  tooLate.catch(() => undefined);
  const examined = await Promise.all(
    chapters.map(async ({ title, probes }) => ({
      title,
      checks: await Promise.all(probes.map((probe) => checkOf(probe, tooLate))),
    })),
  );
  timer.abort();
  return examined;
}

async function checkOf(probe: Probe, tooLate: Promise<Finding>): Promise<Check> {
  const finding = await Promise.race([attempt(probe), tooLate]);
  return { id: probe.id, title: probe.title, ...finding };
}

async function attempt({ look }: Probe): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    // A bug of ours, or a system that answers what nobody expected; either way the other checks still stand.
    const why = error instanceof Error ? error.message : String(error);
    return { verdict: 'fail', value: 'could not be checked', detail: why, fix: 'Report this with the output above.' };
  }
}

const lateAfter = (deadlineMs: number): Finding => ({
  verdict: 'fail',
  value: `no result within ${deadlineMs / 1_000} s`,
  fix: 'Something hangs: look at the other checks first, then run doctor again.',
});
