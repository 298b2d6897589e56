import { WhetstoneError } from '@whetstone/shared/errors';
import { runOnHost } from '../../solvers/command/host-command.ts';
import type { Observation } from '../history.ts';

export interface TestedCommit {
  hash: string;
  index: number;
  /** Which run at this commit, from 1. */
  run: number;
}

export interface TestEnd {
  outcome: Observation['outcome'];
  exitCode: number | null;
  timedOut: boolean;
  wallMs: number;
}

/**
 * Runs the person's test in a copy of the commit. Its exit code is read as `git bisect run` reads it: 0 good, 125 cannot be
 * tested, up to 127 bad, beyond that (a signal, a shell that was killed) nothing that says anything about the commit. Out of
 * time is bad.
 */
export async function runTest(
  command: string,
  folder: string,
  { hash, index, run }: TestedCommit,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<TestEnd> {
  const env = {
    WHETSTONE_BISECT_COMMIT: hash,
    WHETSTONE_BISECT_INDEX: String(index),
    WHETSTONE_BISECT_RUN: String(run),
  };
  const { exitCode, timedOut, wallMs, stderr } = await runOnHost({ command, folder, env, timeoutMs }, signal);
  const end = { exitCode: exitCode ?? null, timedOut, wallMs };
  if (timedOut) return { ...end, outcome: 'failed' };
  if (exitCode === undefined || exitCode > 127)
    throw new WhetstoneError(
      'unavailable',
      `the test ended ${exitCode === undefined ? 'by a signal' : `with exit code ${exitCode}`} at ${hash.slice(0, 12)}, which says nothing about the commit: ${stderr.trim().slice(-500) || 'it wrote nothing to stderr'}`,
    );
  return { ...end, outcome: exitCode === 0 ? 'passed' : exitCode === 125 ? 'skipped' : 'failed' };
}
