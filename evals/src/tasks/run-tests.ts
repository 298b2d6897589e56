import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { workFolder, type ExecResult, type Sandbox } from '../sandbox/sandbox.ts';
import { lendDependencies } from './dependencies.ts';
import { readLeftFile } from './left-file.ts';
import { removeTree } from './scratch.ts';
import { shellWord } from './shell-word.ts';
import type { TaskFile } from './task-file.ts';
import { readTestReport, type TestReport } from './test-report.ts';
import type { Trees } from './trees.ts';

export type TaskSandbox = Pick<Sandbox, 'tier' | 'exec'>;

export interface TestRun {
  report: TestReport;
  timedOut: boolean;
  /** The end of what the command said, for a log. */
  log: string;
  wallMs: number;
}

/** Runs a task's tests on a state of its repository, in a copy that is gone afterwards. */
export async function runTests(
  { trees, tree, task, scratch, sandbox }: RunOptions,
  signal?: AbortSignal,
): Promise<TestRun> {
  const { exec } = sandbox;
  if (!exec) throw new Error(`the ${sandbox.tier} tier runs no commands`);
  const { env, repo, tests } = task;
  const root = join(workFolder, 'repo');
  const folder = await mkdtemp(join(scratch, 'run-'));
  try {
    const copy = join(folder, 'repo');
    await trees.checkOut(tree, copy);
    const readable = await lendDependencies(trees.checkout, env.deps, copy);
    const startedAt = performance.now();
    const timeoutMs = tests.timeout_s * 1000;
    for (const command of [...env.setup, tests.command]) {
      const result = await exec(
        {
          folder,
          command: `cd ${shellWord(join(root, repo.subdir))} || exit 126\n${command}`,
          env: { ...env.env, WHETSTONE_REPORT: join(workFolder, 'report') },
          timeoutMs: Math.max(1, timeoutMs - (performance.now() - startedAt)),
          memoryMb: env.memory_mb,
          readable,
        },
        signal,
      );
      const run = { timedOut: result.timedOut, log: logOf(command, result), wallMs: performance.now() - startedAt };
      const trouble = troubleOf(result, timeoutMs);
      if (trouble !== undefined) return { ...run, report: { unreadable: trouble } };
      if (command !== tests.command) {
        if (result.exitCode === 0) continue;
        return { ...run, report: { unreadable: `setup failed: ${command} (exit code ${result.exitCode ?? 'none'})` } };
      }
      const report = await readLeftFile(join(folder, 'report'), MAX_REPORT_BYTES);
      const output = { root, stdout: result.stdout, ...(report === undefined ? {} : { report }) };
      const exitCode = result.exitCode === undefined ? {} : { exitCode: result.exitCode };
      return { ...run, report: readTestReport(tests.parser, { ...output, ...exitCode }) };
    }
    throw new Error('a task has a command');
  } finally {
    await removeTree(folder);
  }
}

interface RunOptions {
  trees: Trees;
  tree: string;
  task: TaskFile;
  scratch: string;
  sandbox: TaskSandbox;
}

const troubleOf = ({ timedOut, outOfMemory }: ExecResult, timeoutMs: number) =>
  timedOut
    ? `the tests did not end within ${timeoutMs / 1000} s`
    : outOfMemory
      ? 'the tests took more memory than the task allows'
      : undefined;

const logOf = (command: string, { stdout, stderr, exitCode }: ExecResult) =>
  [`$ ${command}`, stdout.slice(-20_000), stderr.slice(-20_000), `exit code ${exitCode ?? 'none'}`].join('\n');

const MAX_REPORT_BYTES = 64 * 2 ** 20;
