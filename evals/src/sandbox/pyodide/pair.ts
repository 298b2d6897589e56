import type { GradeJob, Verdict } from '../sandbox.ts';
import type { Interpreter, RunEnd } from './interpreter.ts';

/** A driver that holds the tests and a candidate that holds the program, in processes of their own. */
export interface Pair {
  driver: Interpreter;
  candidate: Interpreter;
}

export interface PairEnd {
  /** Undefined when the sandbox is at fault: one of the two was lost. */
  verdict: Verdict | undefined;
  driver: RunEnd;
  candidate: RunEnd;
}

/** The driver's tests may take a moment more than the candidate has, so that it is the candidate who is late. */
const driverSlackMs = 250;
/** What a candidate gets to come to its end after the verdict. */
const afterwardsMs = 250;
const backlogLimitBytes = 64 * 2 ** 20;

/** All that the two say to each other passes here, as bytes that nobody here reads. */
export async function gradeApart(
  { driver, candidate }: Pair,
  job: GradeJob,
  { seed, isLastTry }: { seed: number; isLastTry: boolean },
): Promise<PairEnd> {
  const startedAt = performance.now();
  let verdict: Buffer | undefined;
  let gradeMs: number | undefined;
  let driverAtWork = true;
  let stopped = false;
  const stopCandidate = () => {
    stopped = true;
    void candidate.close();
  };

  const driverRun = driver.run(job.timeoutMs + driverSlackMs, {
    onData: (bytes) => candidate.send(bytes),
    onVerdict: (bytes) => {
      verdict = verdict ? Buffer.concat([verdict, bytes]) : Buffer.from(bytes);
      gradeMs = performance.now() - startedAt;
    },
  });
  const candidateRun = candidate.run(job.timeoutMs, {
    onData: (bytes) => {
      if (!driverAtWork) return;
      if (driver.backlogBytes > backlogLimitBytes) stopCandidate();
      else driver.send(bytes);
    },
  });
  driver.send(framed(JSON.stringify({ ...job, seed, cpuSeconds: 0 })));

  const candidateFirst = candidateRun.then((end) => {
    if (!driverAtWork) return;
    if (end.outcome === 'timeout') driver.cancel();
    else driver.endData();
  });
  const driverEnd = await driverRun;
  driverAtWork = false;
  candidate.endData();
  const late = setTimeout(stopCandidate, afterwardsMs);
  const ended = await candidateRun;
  const candidateEnd: RunEnd = stopped ? { outcome: 'cancelled', spoilt: 'stopped' } : ended;
  clearTimeout(late);
  await candidateFirst;

  return {
    verdict: verdictOf({
      job,
      isLastTry,
      verdict,
      driverEnd,
      candidateEnd,
      gradeMs: gradeMs ?? performance.now() - startedAt,
    }),
    driver: driverEnd,
    candidate: candidateEnd,
  };
}

interface Ends {
  job: GradeJob;
  isLastTry: boolean;
  verdict: Buffer | undefined;
  driverEnd: RunEnd;
  candidateEnd: RunEnd;
  gradeMs: number;
}

function verdictOf({ job, isLastTry, verdict, driverEnd, candidateEnd, gradeMs }: Ends): Verdict | undefined {
  const weaker = job.sameProcess ? ({ weaker: true } as const) : {};
  if (verdict && driverEnd.outcome === 'returned') {
    const { status, detail } = JSON.parse(verdict.toString()) as {
      status: 'passed' | 'failed' | 'error';
      detail?: string;
    };
    if (status === 'passed') return { status, gradeMs, ...weaker };
    // Once it may be the machine's doing; a candidate that dies each time does it itself.
    if (candidateEnd.outcome === 'died' && !isLastTry) return undefined;
    return {
      status,
      detail: [detail, endOf(candidateEnd)].filter(Boolean).join('\n').slice(0, 4000),
      gradeMs,
      ...weaker,
    };
  }
  if (driverEnd.outcome === 'timeout' || candidateEnd.outcome === 'timeout')
    return { status: 'timeout', detail: `No verdict within ${job.timeoutMs} ms.`, gradeMs, ...weaker };
  if (driverEnd.outcome === 'crashed' && isLastTry)
    return { status: 'failed', detail: 'The tests broke down over what the candidate answered.', gradeMs, ...weaker };
  return undefined;
}

/** What a person should know of how the candidate's interpreter ended, beside what the tests saw of it. */
function endOf({ outcome, why }: RunEnd): string | undefined {
  if (outcome === 'forbidden') return `It reached for what lies outside of Python (${why}), which ends it.`;
  if (outcome === 'crashed') return `Its interpreter broke down: ${why}.`;
  if (outcome === 'died') return `Its interpreter’s process ended (${why}).`;
  if (outcome === 'exited') return 'It ended its interpreter.';
  return undefined;
}

function framed(text: string): Buffer {
  const body = Buffer.from(text);
  const bytes = Buffer.allocUnsafe(4 + body.length);
  bytes.writeUInt32BE(body.length, 0);
  body.copy(bytes, 4);
  return bytes;
}
