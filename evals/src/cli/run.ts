import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { loadDataset, sourceToKeep } from '../datasets/load.ts';
import { writeReports } from '../report/write-reports.ts';
import { openGenerationCache } from '../run/generation-cache.ts';
import { checkReferences, type ReferenceCheckOptions } from '../run/reference-check.ts';
import { runEval } from '../run/run.ts';
import { addModelFlags } from '../solvers/model/flags.ts';
import type { AddCommand, CommandContext, ExitCode, Terminal } from './command.ts';
import { chooseProblems } from './run/choose-problems.ts';
import { eventLines } from './run/event-lines.ts';
import { openGrading } from './run/open-grading.ts';
import { finishRun } from './run/finish-run.ts';
import { freshRunFolder } from './run/run-folder.ts';
import { missingSamples, runFlagsFrom, sandboxTiers, type RunFlags } from './run/run-flags.ts';
import { openSubject, subjectKindOf } from './run/subject.ts';

export const addRun: AddCommand = (program, run) => {
  const command = program
    .command('run')
    .description(
      'asks a subject for answers to the problems of a data set and grades them; the same command goes on with a run',
    )
    .requiredOption('--dataset <name>', 'humaneval, mbpp, mbpp-sanitized, swe-bench-lite, starter, or a file or folder')
    .option('--samples <file>', 'grade recorded answers')
    .addOption(
      new Option(
        '--missing-samples <how>',
        'problems that the file does not answer: failed, left-out, or failed within the published split of the file (default)',
      ).choices(missingSamples),
    )
    .option('--allow-duplicates', 'take rows of the file that say the same twice for separate samples')
    .option('--reference', 'grade the answers that the data set calls right')
    .option('--command <line>', 'run an agent: your own program, trusted, in a copy of the repository')
    .option('--problems <ids>', 'only these, by commas; * stands for anything')
    .option('--limit <n>', 'only so many problems, drawn by the seed')
    .option('-k, --samples-per-problem <n>', 'answers to each problem (default 1; of recorded ones, all)')
    .addOption(
      new Option('--sandbox <tier>', 'where answers run (default: the first that works)').choices(sandboxTiers),
    )
    .option('--sandbox-command', 'run the agent of --command inside the sandbox: no network, no files of this machine')
    .option('--e2b-template <name>', 'of the machine for an instance of SWE-bench; {{instanceId}} stands for its id')
    .option('--published <file>', 'take verdicts from what their publisher says instead of finding them here')
    .option('--workers <n>', 'asks at a time (default 8 for a model, else one per core)')
    .option('--timeout-ms <n>', 'for one answer to run (default: as the data set says)')
    .option('--budget-usd <usd>', 'start no ask that could pass it')
    .option('--allow-unknown-price', 'a budget though nobody knows what an answer costs')
    .option('--retry-errors <n>', 'times that what had trouble is asked again after all others', '1')
    .option('--seed <n>', 'of the order and the draw', '0')
    .option('--hash-seed <n>', 'PYTHONHASHSEED of answers', '0')
    .option('--no-cache', 'ask though the same was answered in an earlier run')
    .option('--check-reference', "grade the data set's own answers again before, though it was done here")
    .option('--no-check-reference', 'leave that out')
    .option('--allow-unknown-hash', 'take a published data set whose bytes are not the pinned ones')
    .option(
      '--out <dir>',
      'of the run; with that of an earlier one it is gone on with (default: a new one in whetstone-runs)',
    )
    .option('--json', 'print the summary as JSON');
  addModelFlags(command).action((flags: unknown) => run((context) => runCommand(runFlagsFrom(flags), flags, context)));
};

async function runCommand(flags: RunFlags, given: unknown, context: CommandContext): Promise<ExitCode> {
  const { config, terminal, signal } = context;
  const { datasetsDir, cacheDir } = config;
  const { allowUnknownHash, hashSeed, seed } = flags;
  const kind = subjectKindOf(flags);
  const dataset = await loadDataset(flags.dataset, { datasetsDir, allowUnknownHash });
  const problems = chooseProblems(dataset.problems, flags);
  const timeoutMs = flags.timeoutMs ?? dataset.timeoutMs;
  const workers = flags.workers ?? (kind === 'model' ? 8 : availableParallelism());
  const width = Math.min(workers, availableParallelism());

  const grading = await openGrading(flags, { dataset, problems, width, timeoutMs }, config);
  try {
    const { sandbox, executor, grade } = grading;
    const solver = await openSubject(flags, given, { dataset, config, ...(sandbox && { sandbox }) });

    try {
      const skipsCheck = flags.checkReference === false || kind === 'reference' || !sandbox;
      const check = { dataset, problems, grade, timeoutMs, hashSeed, width, cacheDir, signal };
      const referenceFailures = skipsCheck
        ? []
        : await referencesThatFail({ ...check, sandbox, anew: flags.checkReference === true }, terminal);
      const outDir = flags.out ? resolve(flags.out) : freshRunFolder(dataset.name, solver.subject.label, new Date());
      const summary = await runEval({
        dataset,
        problems,
        solver,
        sandbox: sandbox ?? executor,
        grade,
        ...flags.engine,
        workers,
        outDir,
        seed,
        timeoutMs,
        hashSeed,
        ...(flags.cache && { cache: openGenerationCache(cacheDir) }),
        origin: {
          datasetSource: sourceToKeep(flags.dataset),
          ...(referenceFailures.length > 0 && { referenceFailures }),
        },
        signal,
        onEvent: eventLines(terminal),
        report: (run) => writeReports(run, dataset),
      });
      return finishRun(summary, outDir, { json: flags.json, wasInterrupted: signal.aborted }, terminal);
    } finally {
      await solver.close?.();
    }
  } finally {
    await grading.close();
  }
}

async function referencesThatFail(options: ReferenceCheckOptions, terminal: Terminal): Promise<string[]> {
  const onBegin = (count: number) =>
    terminal.complain(`first, once: whether ${count} answers of the data set's own pass here`);
  const { failures, unkept } = await checkReferences({ ...options, onBegin });
  if (unkept) terminal.complain(`they will be graded again next time: ${unkept}`);
  for (const { problemId, detail } of failures)
    terminal.complain(
      `the data set's own answer to ${problemId} does not pass here (${detail}): a failure there says little`,
    );
  return failures.map(({ problemId }) => problemId);
}
