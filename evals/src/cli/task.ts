import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { openExecutor } from '../sandbox/process/exec.ts';
import { draftMark } from '../tasks/commit-story.ts';
import { taskFoldersIn } from '../tasks/load-tasks.ts';
import { newTask } from '../tasks/new-task.ts';
import { readTask } from '../tasks/task-folder.ts';
import { testParsers, type TestParser } from '../tasks/task-file.ts';
import { validateTask, type Validation } from '../tasks/validate-task.ts';
import { exitCodes, type AddCommand, type CommandContext } from './command.ts';

export const addTask: AddCommand = (program, run) => {
  const task = program.command('task').description('makes tasks of a repository, and finds out what their tests say');

  task
    .command('new')
    .description('makes a task of a commit: its tests are hidden, the rest of it is the answer known to be right')
    .requiredOption('--from-commit <commit>', 'the commit')
    .option('--repo <path>', 'the repository', '.')
    .option('--out <dir>', 'where tasks lie', 'evals/tasks')
    .option('--id <id>', 'name of the task; made from the commit otherwise')
    .option('--tests <globs...>', 'which files are tests')
    .option('--command <command>', 'runs the tests; found from the repository otherwise')
    .addOption(new Option('--parser <parser>', 'reads what they say').choices(testParsers))
    .action(async (options: NewFlags) => run(async (context) => await makeNew(context, options)));

  task
    .command('validate')
    .description('runs the tests of tasks on base and gold several times, and writes what they say into task.toml')
    .argument('<dirs...>', 'tasks, or folders of tasks')
    .option('--runs <number>', 'how often each side runs', positiveInteger, 5)
    .option('--json', 'print JSON alone')
    .action(async (dirs: string[], options: ValidateFlags) =>
      run(async (context) => await validateAll(context, dirs, options)),
    );
};

interface NewFlags {
  fromCommit: string;
  repo: string;
  out: string;
  id?: string;
  tests?: string[];
  command?: string;
  parser?: TestParser;
}

interface ValidateFlags {
  runs: number;
  json?: true;
}

async function makeNew({ terminal }: CommandContext, { fromCommit, tests, ...flags }: NewFlags) {
  const { folder, file } = await newTask({ ...flags, commit: fromCommit, repo: resolve(flags.repo), testGlobs: tests });
  terminal.print(folder);
  terminal.complain(`runs: ${file.tests.command}`);
  terminal.complain(`now edit ${folder}/instruction.md, then run: whetstone-evals task validate ${folder}`);
  return exitCodes.ok;
}

async function validateAll(
  { terminal, signal }: CommandContext,
  dirs: readonly string[],
  { runs, json }: ValidateFlags,
) {
  const folders = (await Promise.all(dirs.map(async (dir) => await taskFoldersIn(resolve(dir))))).flat();
  const sandbox = await openExecutor();
  const validations: Validation[] = [];
  for (const folder of folders) {
    const { instruction, file } = await readTask(folder);
    if (instruction.includes(draftMark)) terminal.complain(`${file.id}: instruction.md is still the draft`);
    const onRun = (side: string, number: number, { wallMs }: { wallMs: number }) =>
      terminal.complain(`${file.id}: ${side} ${number}/${runs} in ${(wallMs / 1000).toFixed(1)} s`);
    const validation = await validateTask(folder, { sandbox, runs, onRun }, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return undefined;
    });
    if (!validation) {
      terminal.complain(`stopped: ${file.id} and what follows it stay as they were`);
      return exitCodes.infrastructure;
    }
    validations.push(validation);
    if (!json) terminal.print(sentenceOf(validation));
  }
  if (json) terminal.print(JSON.stringify(validations));
  return validations.some(({ refused }) => refused) ? exitCodes.gateFailed : exitCodes.ok;
}

function sentenceOf({ id, measured, refused, runs }: Validation): string {
  if (refused) return `${id}: does not validate: ${refused.reason}\n${indented(refused.log)}`;
  const { fail_to_pass, pass_to_pass, quarantine, broken, neverPassed } = measured;
  const counts = [
    `${fail_to_pass.length} to mend`,
    `${pass_to_pass.length} to keep`,
    ...(quarantine.length > 0 ? [`${quarantine.length} in quarantine`] : []),
    ...(broken.length > 0 ? [`${broken.length} broken by gold.patch and left out`] : []),
    ...(neverPassed.length > 0 ? [`${neverPassed.length} never passed`] : []),
  ];
  const flaky = quarantine.map(
    ({ test, base, gold }) => `\n  ${test}: passed ${base} on the base, ${gold} with gold.patch`,
  );
  return `${id}: validated ${runs}x${runs}: ${counts.join(', ')}${flaky.join('')}`;
}

const indented = (log: string) =>
  log
    .trim()
    .split('\n')
    .slice(-60)
    .map((line) => `  ${line}`)
    .join('\n');

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected a number from 1 to 9999');
  return Number(text);
}
