import { basename, resolve } from 'node:path';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { styleFor } from '../compare/style.ts';
import { readContent } from '../datasets/read-rows.ts';
import { barsOf } from '../retrieval/bars.ts';
import { baselineIn, differencesFrom } from '../retrieval/baseline.ts';
import { queriesIn, type LabelledQuery } from '../retrieval/queries.ts';
import { scoreQueries } from '../retrieval/score.ts';
import { folderSearcher } from '../retrieval/search-folder.ts';
import { serverSearcher } from '../retrieval/search-server.ts';
import type { Searcher } from '../retrieval/searcher.ts';
import { terminalScores } from '../retrieval/terminal-scores.ts';
import { exitCodes, type AddCommand, type CommandContext, type ExitCode } from './command.ts';
import { rateOf, wholeNumber } from './gate-options.ts';

interface Options {
  queries: string;
  url?: string;
  apiKey?: string;
  docs?: string;
  limit: string;
  library?: string;
  version?: string;
  json?: true;
  failUnderRecall?: string;
  failUnderMrr?: string;
  baseline?: string;
}

export const addRetrieval: AddCommand = (program, run) => {
  program
    .command('retrieval')
    .description('scores a search of documentation on labelled queries: a running server, or a folder of Markdown')
    .requiredOption('--queries <file>', 'JSON lines of id, query, library and qrels: [{url or path, grade}]')
    .option('--url <url>', 'of the server (default: WHETSTONE_URL)')
    .option(
      '--api-key <key>',
      'for the server (default: WHETSTONE_API_KEY, which other users of the machine cannot see)',
    )
    .option('--docs <folder>', 'search its Markdown instead, without any server; may have a folder for each library')
    .option('--limit <number>', 'results asked for, up to 20', '10')
    .option('--library <name>', 'only queries about it, and those that name none are about it')
    .option('--version <version>', 'asked for where a query names none')
    .option('--json', 'every figure and what each query found, as JSON on stdout')
    .option('--fail-under-recall <share>', 'end with 1 when the mean R@5 is below, as .8 or 80%')
    .option('--fail-under-mrr <share>', 'end with 1 when the mean MRR@10 is below')
    .option('--baseline <file>', 'what --json has written before: differences query by query')
    .action((options: Options) => run((context) => retrieval(options, context)));
};

async function retrieval(options: Options, { config, terminal, signal }: CommandContext): Promise<ExitCode> {
  const limits = {
    recall: given(options.failUnderRecall, (text) => rateOf('--fail-under-recall', text)),
    mrr: given(options.failUnderMrr, (text) => rateOf('--fail-under-mrr', text)),
  };
  const limit = wholeNumber('--limit', options.limit);
  if (limit < 1 || limit > 20) throw invalidField('--limit', `expected a whole number from 1 to 20, got ${limit}`);
  const content = await readContent(options.queries);
  const queries = wanted(queriesIn(content), options);
  const baseline = options.baseline === undefined ? undefined : baselineIn(await readContent(options.baseline));

  const { source, searcher } = await sourceOf(options, { queries, limit, signal, cloud: config.cloud });
  const scores = await scoreQueries(queries, searcher, { signal, nowMs: () => performance.now() });
  const differences = baseline && differencesFrom(baseline, scores.queries);
  const bars = barsOf(scores.all, limits);

  if (options.json) {
    const file = { file: basename(content.path), sha256: content.sha256 };
    terminal.print(JSON.stringify({ ...file, source, limit, bars, differences, ...scores }, null, 2));
  } else {
    const style = styleFor(terminal.isColoured === true);
    const said = { file: basename(content.path), source, limit, scores, differences, bars };
    terminal.print(terminalScores(said, { columns: Math.max(80, terminal.columns), style }));
  }
  return bars.every(({ isHeld }) => isHeld) ? exitCodes.ok : exitCodes.gateFailed;
}

const given = <Value>(text: string | undefined, read: (text: string) => Value) =>
  text === undefined ? undefined : read(text);

function wanted(queries: readonly LabelledQuery[], { library, version }: Options): LabelledQuery[] {
  const chosen = queries
    .map((query) => ({ ...query, library: query.library ?? library, version: query.version ?? version }))
    .filter((query) => library === undefined || query.library === library);
  if (chosen.length > 0) return chosen;
  const names = [...new Set(queries.map((query) => query.library))].join(', ');
  throw invalidField('--library', `no query is about ${library}; they are about ${names}`);
}

interface Wanted {
  queries: readonly LabelledQuery[];
  limit: number;
  signal: AbortSignal;
  cloud: { url?: string; apiKey?: string };
}

async function sourceOf(
  options: Options,
  { queries, limit, signal, cloud }: Wanted,
): Promise<{ source: string; searcher: Searcher }> {
  if (options.docs !== undefined) {
    if (options.url !== undefined)
      throw new WhetstoneError('invalid', '--docs searches without a server: leave --url out');
    const folder = resolve(options.docs);
    const libraries = queries.map(({ library }) => library);
    return { source: options.docs, searcher: await folderSearcher(folder, { libraries, limit }) };
  }
  const url = options.url ?? cloud.url;
  if (url === undefined)
    throw new WhetstoneError('invalid', 'nothing to search: name a server with --url, or a folder with --docs');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw invalidField('--url', `expected an http or https URL, got ${JSON.stringify(url)}`);
  // A key of the environment is for the server of the environment.
  const apiKey = options.apiKey ?? (options.url === undefined || options.url === cloud.url ? cloud.apiKey : undefined);
  return { source: new URL(url).origin, searcher: serverSearcher({ url, apiKey, limit, signal }) };
}
