import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionProblem } from '@whetstone/evals';

export interface PlainJob {
  problem: FunctionProblem;
  program: string;
}

/**
 * The simplest harness there is, as a measure: each program with its tests under it is a file, run by `python3` in a process
 * of its own, so many at a time, with no sandbox at all. Resolves with how many ended well.
 */
export async function plainPython(jobs: readonly PlainJob[], workers: number, scratch: string, timeoutMs: number) {
  const files = jobs.map(({ problem, program }, index) => {
    const path = join(scratch, `plain-${index}.py`);
    // What the prompt gives comes before a program that goes on with it; what tests set up needs the program.
    const parts = problem.stem === undefined ? [program, problem.setup] : [problem.setup, program];
    writeFileSync(path, [...parts, problem.tests, ''].join('\n\n'));
    return path;
  });
  // What is on PATH may be a script that looks for the interpreter first, which is not to be measured.
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  let next = 0;
  let passed = 0;
  const lane = async () => {
    for (let file = files[next++]; file !== undefined; file = files[next++])
      if (await endsWell(python, file, timeoutMs)) passed++;
  };
  await Promise.all(Array.from({ length: workers }, lane));
  return passed;
}

const endsWell = (python: string, file: string, timeoutMs: number) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(python, [file], { stdio: 'ignore', timeout: timeoutMs, killSignal: 'SIGKILL' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
