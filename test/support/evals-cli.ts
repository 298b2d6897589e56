import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '../..');

export interface CliRun {
  child: ChildProcess;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** The command line of evals from its source, as a process of its own; the last of `before` starts it (a jail, say). */
export function startEvalsCli(
  args: readonly string[],
  env: Record<string, string>,
  before: readonly string[] = [],
): CliRun {
  const program = [process.execPath, '--import', 'tsx', resolve(checkout, 'evals/src/whetstone-evals.ts'), ...args];
  const [command, ...rest] = [...before, ...program] as [string, ...string[]];
  const child = spawn(command, rest, {
    cwd: checkout,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => void (output[name] += text));
  return {
    child,
    ended: new Promise((resolved, rejected) => {
      child.once('error', rejected);
      child.once('close', (code, signal) => resolved({ code, signal, ...output }));
    }),
  };
}
