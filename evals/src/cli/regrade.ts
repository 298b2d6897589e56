import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, resolve } from 'node:path';
import { Option } from 'commander';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import { loadDataset, sourceToKeep } from '../datasets/load.ts';
import type { Dataset, Language } from '../problem.ts';
import { readRun, type RecordedRun } from '../run/read-run.ts';
import { runEval } from '../run/run.ts';
import { writeReports } from '../report/write-reports.ts';
import { recordedRunSolver } from '../solvers/recorded-run.ts';
import type { AddCommand, CommandContext, ExitCode } from './command.ts';
import { eventLines } from './run/event-lines.ts';
import { finishRun } from './run/finish-run.ts';
import { openGrading } from './run/open-grading.ts';
import { hashSeed, parseFlags, sandboxTiers, whole } from './run/run-flags.ts';
import { freshRunFolder } from './run/run-folder.ts';

export const addRegrade: AddCommand = (program, run) => {
  program
    .command('regrade <run>')
    .description('grades the recorded answers of a run again, asking nobody, into a directory of its own')
    .option('--dataset <name>', 'where the data set lies now (default: where the run had it from)')
    .addOption(new Option('--sandbox <tier>', 'where answers run (default: as the run)').choices(sandboxTiers))
    .option('--timeout-ms <n>', 'for one answer to run (default: as the run)')
    .option('--e2b-template <name>', 'of the machine for an instance of SWE-bench; {{instanceId}} stands for its id')
    .option('--preamble <file>', 'code put before every answer in the language of the file (.py, .js, .ts)')
    .option('--hash-seed <n>', 'PYTHONHASHSEED of answers (default: as the run)')
    .option('--workers <n>', 'gradings at a time (default: one per core)')
    .option('--allow-unknown-hash', 'take a published data set whose bytes are not the pinned ones')
    .option('--out <dir>', 'of the new run (default: a new one in whetstone-runs)')
    .option('--json', 'print the summary as JSON')
    .action((directory: string, flags: unknown) =>
      run((context) => regrade(resolve(directory), parseFlags(Flags, flags), context)),
    );
};

const Flags = z.object({
  dataset: z.string().min(1).exactOptional(),
  sandbox: z.enum(sandboxTiers).exactOptional(),
  timeoutMs: whole(1).exactOptional(),
  preamble: z.string().exactOptional(),
  hashSeed: hashSeed.exactOptional(),
  e2bTemplate: z.string().min(1).exactOptional(),
  workers: whole(1).exactOptional(),
  allowUnknownHash: z.boolean().default(false),
  out: z.string().min(1).exactOptional(),
  json: z.boolean().default(false),
});

async function regrade(
  directory: string,
  flags: z.infer<typeof Flags>,
  { config, terminal, signal }: CommandContext,
): Promise<ExitCode> {
  const before = await readRun(directory);
  const { manifest, record } = before;
  const dataset = await sameDataset(before, flags, config.datasetsDir);
  const { language, code } = await preambleFrom(flags.preamble);
  const preamble = { ...manifest.preamble, ...(language && { [language]: code }) };
  const ids = new Set(manifest.dataset.problemIds);
  const seedOfHashes = flags.hashSeed ?? Number(manifest.env.PYTHONHASHSEED);
  const workers = flags.workers ?? availableParallelism();
  const problems = dataset.problems.filter(({ id }) => ids.has(id));
  const outDir = flags.out
    ? resolve(flags.out)
    : freshRunFolder(dataset.name, `${manifest.subject.label}-regraded`, new Date());
  if (outDir === directory) throw invalidField('--out', 'a run is graded again into another directory');

  const again = { ...dataset, preamble };
  const timeoutMs = flags.timeoutMs ?? manifest.timeoutMs;
  const { tier } = manifest.executor;
  // A run whose verdicts were taken over had no sandbox: any will do.
  const sandboxTier = flags.sandbox ?? (tier === 'published' ? undefined : tier);
  const grading = await openGrading(
    { ...flags, hashSeed: seedOfHashes, sandbox: sandboxTier },
    { dataset: again, problems, width: Math.min(workers, availableParallelism()), timeoutMs },
    config,
  );
  try {
    const summary = await runEval({
      dataset: again,
      problems,
      solver: recordedRunSolver(before),
      sandbox: grading.executor,
      grade: grading.grade,
      samplesPerProblem: manifest.samplesPerProblem,
      workers,
      outDir,
      seed: manifest.seed,
      timeoutMs,
      hashSeed: seedOfHashes,
      origin: { ...sourceOf(before, flags), regradeOf: record.manifestHash },
      signal,
      onEvent: eventLines(terminal),
      report: (run) => writeReports(run, dataset),
    });
    return finishRun(summary, outDir, { json: flags.json, wasInterrupted: signal.aborted }, terminal);
  } finally {
    await grading.close();
  }
}

async function sameDataset(
  before: RecordedRun,
  flags: { dataset?: string; allowUnknownHash: boolean },
  datasetsDir: string,
): Promise<Dataset> {
  const { name, sha256 } = before.manifest.dataset;
  const { datasetSource } = sourceOf(before, flags);
  const dataset = await loadDataset(datasetSource, { datasetsDir, allowUnknownHash: flags.allowUnknownHash });
  if (dataset.sha256 === sha256) return dataset;
  throw new WhetstoneError(
    'conflict',
    `${datasetSource} is not the ${name} that the run had: its SHA-256 is ${dataset.sha256}, not ${sha256}. Name that one with --dataset.`,
  );
}

const sourceOf = ({ record, manifest }: RecordedRun, { dataset }: { dataset?: string }) => ({
  datasetSource: dataset ? sourceToKeep(dataset) : (record.origin.datasetSource ?? manifest.dataset.name),
});

const languages: Readonly<Record<string, Language>> = {
  '.py': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.ts': 'typescript',
};

async function preambleFrom(file: string | undefined): Promise<{ language?: Language; code?: string }> {
  if (file === undefined) return {};
  const language = languages[extname(file)];
  if (!language)
    throw invalidField('--preamble', `expected a file that ends with ${Object.keys(languages).join(', ')}`);
  try {
    return { language, code: await readFile(file, 'utf8') };
  } catch (cause) {
    throw new WhetstoneError('not_found', `--preamble: ${file} cannot be read`, { cause });
  }
}
