import type { Command } from 'commander';
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { WhetstoneError } from '@whetstone/shared/errors';
import { catalogue as published, type CatalogueEntry } from '../datasets/catalogue.ts';
import { pullDataset } from '../datasets/pull.ts';
import { loadStarter } from '../datasets/problem-folders.ts';
import { exitCodes, type AddCommand, type CommandContext } from './command.ts';

/** `datasets list` and `datasets pull`; tests hand in a catalogue of their own. */
export const datasetsOf =
  (catalogue: readonly CatalogueEntry[]): AddCommand =>
  (program, run) => {
    const datasets = program.command('datasets').description('published data sets: which there are, and fetching them');
    addList(datasets, (action) => run(action), catalogue);
    addPull(datasets, (action) => run(action), catalogue);
  };

export const addDatasets: AddCommand = datasetsOf(published);

type Run = Parameters<AddCommand>[1];

function addList(datasets: Command, run: Run, catalogue: readonly CatalogueEntry[]): void {
  datasets
    .command('list')
    .description('lists the data sets that have a name')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) =>
      run(async ({ config, terminal }) => {
        const rows = [
          await starterRow(),
          ...(await Promise.all(catalogue.map((entry) => rowOf(entry, config.datasetsDir)))),
        ];
        terminal.print(options.json ? JSON.stringify(rows, undefined, 2) : rows.map(sentence).join('\n'));
        return exitCodes.ok;
      }),
    );
}

interface PullFlags {
  from?: string;
  allowUnknownHash?: boolean;
}

function addPull(datasets: Command, run: Run, catalogue: readonly CatalogueEntry[]): void {
  datasets
    .command('pull <name>')
    .description('downloads a data set from its publisher, or takes a file of yours, and checks its SHA-256')
    .option('--from <file>', 'take this file instead of downloading')
    .option('--allow-unknown-hash', 'keep it though its SHA-256 is not the pinned one')
    .action((name: string, flags: PullFlags) =>
      run(async (context) => {
        await pull(entryNamed(catalogue, name), flags, context);
        return exitCodes.ok;
      }),
    );
}

async function pull(
  entry: CatalogueEntry,
  flags: PullFlags,
  { config, terminal, signal }: CommandContext,
): Promise<void> {
  if (flags.from === undefined) terminal.complain(`${entry.name} (${entry.licence}) from ${entry.url}`);
  if (entry.note) terminal.complain(`note: ${entry.note}`);
  const { path, sha256, bytes, already } = await pullDataset(entry, {
    ...flags,
    datasetsDir: config.datasetsDir,
    signal,
  });
  const known = entry.sha256.includes(sha256) ? 'as pinned' : 'NOT the pinned one: runs need --allow-unknown-hash';
  terminal.print(`${path}\n${already ? 'already there, ' : ''}${bytes} bytes, SHA-256 ${sha256} (${known})`);
}

function entryNamed(catalogue: readonly CatalogueEntry[], name: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = catalogue.map((candidate) => candidate.name).join(', ');
  const why = name === 'starter' ? 'the starter set ships with the package' : `there is no data set called "${name}"`;
  throw new WhetstoneError('not_found', `${why}; these can be pulled: ${names}`);
}

interface ListRow {
  name: string;
  title: string;
  problems: number;
  licence: string;
  publisher: string;
  /** Whether its file is where runs look; only its hash, checked when it is read, says whether it is the right one. */
  present: boolean;
  path?: string;
}

async function rowOf(entry: CatalogueEntry, datasetsDir: string): Promise<ListRow> {
  const { name, title, problems, licence, publisher } = entry;
  const path = join(datasetsDir, entry.file);
  const present = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return { name, title, problems, licence, publisher, present, path };
}

async function starterRow(): Promise<ListRow> {
  const { problems } = await loadStarter();
  return {
    name: 'starter',
    title: 'Starter set: small jobs of everyday programming in Python and TypeScript',
    problems: problems.length,
    licence: 'MIT',
    publisher: 'ships with whetstone-evals',
    present: true,
  };
}

const sentence = ({ name, title, licence, publisher, present }: ListRow) =>
  `${name.padEnd(16)} ${present ? 'here    ' : 'not here'}  ${title}\n${' '.repeat(28)}${publisher}, ${licence}${present ? '' : `; whetstone-evals datasets pull ${name}`}`;
