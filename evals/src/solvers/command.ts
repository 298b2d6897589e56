import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FunctionProblem, Problem, RepoProblem } from '../problem.ts';
import { readLeftFile } from '../tasks/left-file.ts';
import type { TaskSandbox } from '../tasks/run-tests.ts';
import { openScratch, type Scratch } from '../tasks/scratch.ts';
import { readTask } from '../tasks/task-folder.ts';
import { makeAgentCopy } from './command/agent-copy.ts';
import { commandRunner, type CommandEnd, type CommandRunner } from './command/command-runner.ts';
import { readCost } from './command/cost-file.ts';
import { extractAnswer, extractionRule } from './model/extract.ts';
import { defaultTemplate } from './model/template.ts';
import type { Answer, Attempt, Solver } from './solver.ts';

export interface CommandSolverOptions {
  /**
   * Run by `sh -c` with the instruction on stdin, in the file WHETSTONE_INSTRUCTION_FILE, and wherever `{{instruction}}`
   * stands, as one word. For repository tasks it works in a copy of the repository and its changes are the answer; for
   * functions the code on its stdout is.
   */
  command: string;
  /** Runs it in here, without network and host files; absent, it is trusted and runs as the person's own program. */
  sandbox?: TaskSandbox;
  /** What it has for a function; a repository task says its own. */
  functionTimeoutMs?: number;
}

/** Exit code EX_TEMPFAIL of sysexits.h: not now. A command says so when it was its provider that failed. */
const TRY_LATER = 75;

/** An agent's command line as a subject. */
export function commandSolver({ command, sandbox, functionTimeoutMs = 300_000 }: CommandSolverOptions): Solver {
  const template = defaultTemplate();
  const runner = commandRunner(command, sandbox);
  return {
    subject: {
      kind: 'command',
      label: command.trim().split(/\s+/, 1)[0] ?? command,
      command,
      sandbox: sandbox?.tier ?? 'none: trusted',
      template: template.described,
      extractionRule,
    },
    async solve(problem: Problem, _sampleIndex, signal): Promise<Attempt> {
      if (problem.kind === 'swe-bench')
        throw new WhetstoneError(
          'invalid',
          `${problem.id}: a command solves repository tasks and functions, no SWE-bench rows`,
        );
      const scratch = await openScratch();
      try {
        return problem.kind === 'repo'
          ? await solveTask(problem, runner, scratch, signal)
          : await solveFunction(problem, template.render(problem), runner, scratch, functionTimeoutMs, signal);
      } finally {
        await scratch.remove();
      }
    },
  };
}

async function solveTask(
  problem: RepoProblem,
  runner: CommandRunner,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<Attempt> {
  const task = await readTask(problem.folder);
  const { limits, env } = task.file;
  const copy = await makeAgentCopy(task, scratch.folder, { lend: runner.jailed });
  const end = await runner.run(
    {
      folder: copy.folder,
      subfolder: join('repo', task.file.repo.subdir),
      instruction: task.instruction,
      env: {
        ...env.env,
        WHETSTONE_TASK_ID: problem.id,
        WHETSTONE_WALL_S: String(limits.wall_s),
        ...(limits.max_cost_usd === undefined ? {} : { WHETSTONE_MAX_COST_USD: String(limits.max_cost_usd) }),
        ...(limits.max_turns === undefined ? {} : { WHETSTONE_MAX_TURNS: String(limits.max_turns) }),
      },
      timeoutMs: limits.wall_s * 1000,
      memoryMb: env.memory_mb,
      readable: copy.lent,
    },
    signal,
  );
  refuseTryLater(end);
  const patch = await copy.takePatch();
  const answer: Answer =
    patch === undefined
      ? { kind: 'none', reason: 'it put something else in the place of the repository' }
      : patch === ''
        ? { kind: 'none', reason: ['it changed nothing', ...end.notes].join('; ') }
        : { kind: 'patch', text: patch };
  return await attemptOf(answer, copy.folder, task.instruction, end);
}

async function solveFunction(
  problem: FunctionProblem,
  instruction: string,
  runner: CommandRunner,
  scratch: Scratch,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Attempt> {
  const folder = join(scratch.folder, 'agent');
  await mkdir(join(folder, 'repo'), { recursive: true });
  const env = { WHETSTONE_TASK_ID: problem.id };
  const job = { folder, subfolder: 'repo', instruction, env, timeoutMs, memoryMb: 2048, readable: [] };
  const end = await runner.run(job, signal);
  refuseTryLater(end);
  const read = extractAnswer(problem, { text: end.stdout, finish: 'done' });
  const answer: Answer = read.kind === 'none' ? { kind: 'none', reason: [read.reason, ...end.notes].join('; ') } : read;
  return await attemptOf(answer, folder, instruction, end);
}

async function attemptOf(answer: Answer, folder: string, request: string, end: CommandEnd): Promise<Attempt> {
  const { usage, complaint } = readCost(await readLeftFile(join(folder, 'cost.json'), 2 ** 20));
  const notes = [...end.notes, ...(complaint === undefined ? [] : [complaint])].map((note) => `[whetstone: ${note}]`);
  const response = [end.stdout.slice(-100_000), end.stderr.slice(-100_000), ...notes].filter(Boolean).join('\n');
  return { answer, usage, solveMs: end.wallMs, transcript: { request, response } };
}

function refuseTryLater({ exitCode, stderr }: CommandEnd) {
  if (exitCode === 126 || exitCode === 127)
    throw new WhetstoneError('unavailable', `the command could not be started: ${stderr.trim().slice(-500)}`);
  if (exitCode === TRY_LATER)
    throw new WhetstoneError(
      'unavailable',
      `the command said that it cannot now (exit code 75): ${stderr.trim().slice(-500)}`,
    );
}
