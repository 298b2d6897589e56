import { appendFile } from 'node:fs/promises';
import { compareWithSeveral, type Comparison } from '../compare/compare-runs.ts';
import { gateHeadline, gateSaid } from '../compare/gate-said.ts';
import {
  decideAll,
  decideGate,
  defaultLimits,
  type GateDecision,
  type GateLimits,
  type GateVerdict,
} from '../compare/gate.ts';
import { markdownReport } from '../compare/markdown-report.ts';
import { styleFor } from '../compare/style.ts';
import { terminalReport } from '../compare/terminal-report.ts';
import { verdictOf } from '../compare/verdict.ts';
import { readRun } from '../run/read-run.ts';
import { limitsOf, refuseWithoutGate, wholeNumber, type GateOptions } from './gate-options.ts';
import { exitCodes, type AddCommand, type CommandContext, type ExitCode } from './command.ts';

interface Options extends GateOptions {
  allowPartial?: true;
  seed: string;
  list: string;
  json?: true;
}

export const addCompare: AddCommand = (program, run) => {
  program
    .command('compare')
    .description('compares runs of one data set problem by problem: A with B, or with several')
    .argument('<A>', 'folder of the run to compare with')
    .argument('<B...>', 'folders of the runs that are compared with it')
    .option('--gate', 'end with 1 when B is worse than allowed, 3 when that cannot be decided')
    .option('--max-drop <points>', `points of pass rate that B may lose (${defaultLimits.maxDropPoints})`)
    .option('--alpha <p>', `significance of the tests (${defaultLimits.alpha})`)
    .option('--max-cost-increase <percent>', 'how much more a sample of B may cost')
    .option('--min-pass-rate <rate>', 'what B must reach at least, as .8 or 80%')
    .option(
      '--max-error-rate <rate>',
      `samples without a verdict, beyond which nothing is decided (${100 * defaultLimits.maxErrorRate}%)`,
    )
    .option('--strict', 'what is suspect fails too')
    .option('--allow-partial', 'compare the problems that all have, where some are lacking')
    .option('--seed <number>', 'of the bootstrap', '1')
    .option('--list <number>', 'lost and gained problems to list of each', '15')
    .option('--json', 'the comparison as JSON on stdout')
    .action((a: string, others: string[], options: Options) => run((context) => compare(a, others, options, context)));
};

async function compare(
  a: string,
  others: readonly string[],
  options: Options,
  context: CommandContext,
): Promise<ExitCode> {
  refuseWithoutGate(options);
  const limits = limitsOf(options);
  const most = wholeNumber('--list', options.list);
  const seed = wholeNumber('--seed', options.seed);
  const runs = [];
  for (const directory of [a, ...others]) runs.push(await readRun(directory));
  const comparisons = compareWithSeveral(runs[0]!, runs.slice(1), {
    alpha: limits.alpha,
    seed,
    allowPartial: options.allowPartial === true,
  });
  const decisions = options.gate ? comparisons.map((comparison) => decideGate(comparison, limits)) : [];
  const verdict = options.gate ? decideAll(decisions) : undefined;

  const { terminal, config } = context;
  if (options.json)
    terminal.print(
      JSON.stringify({ comparisons: comparisons.map(withVerdict), ...gateJson(decisions, verdict, limits) }, null, 2),
    );
  else printReport(comparisons, decisions, most, context);
  if (options.json)
    for (const comparison of comparisons)
      for (const warning of comparison.warnings) terminal.complain(`warning: ${warning}`);
  if (verdict === 'suspect')
    terminal.complain(
      options.strict
        ? 'suspect, and --strict: failed'
        : 'suspect: run both again with more samples before trusting either',
    );
  const code = verdict ? exitCodeOf(verdict, options.strict === true) : exitCodes.ok;
  if (!config.stepSummaryFile || (await isAppended(config.stepSummaryFile, comparisons, decisions))) return code;
  terminal.complain(`GITHUB_STEP_SUMMARY: ${config.stepSummaryFile} cannot be written to`);
  // That a gate failed is worth more than that the page about it is missing.
  return code === exitCodes.gateFailed ? code : exitCodes.infrastructure;
}

function printReport(
  comparisons: readonly Comparison[],
  decisions: readonly GateDecision[],
  most: number,
  { terminal }: CommandContext,
) {
  const style = styleFor(terminal.isColoured === true);
  const columns = Math.max(40, Math.min(80, terminal.columns));
  const reports = comparisons.map((comparison, i) => {
    const decision = decisions[i];
    const report = terminalReport(comparison, comparisons.length > 1, { columns, style, most });
    return decision ? `${report}\n\n${gateSaid(decision, style)}` : report;
  });
  terminal.print(reports.join(`\n\n${'-'.repeat(columns)}\n\n`));
}

async function isAppended(file: string, comparisons: readonly Comparison[], decisions: readonly GateDecision[]) {
  const text = comparisons.map((comparison, i) => markdownReport(comparison, comparisons.length > 1, decisions[i]));
  try {
    await appendFile(file, `${text.join('\n')}\n`);
    return true;
  } catch {
    return false;
  }
}

const withVerdict = (comparison: Comparison) => ({ verdict: verdictOf(comparison), ...comparison });

const gateJson = (decisions: readonly GateDecision[], verdict: GateVerdict | undefined, limits: GateLimits) =>
  verdict ? { gate: { verdict, said: gateHeadline(verdict), limits, decisions } } : {};

function exitCodeOf(verdict: GateVerdict, isStrict: boolean): ExitCode {
  if (verdict === 'fail' || (verdict === 'suspect' && isStrict)) return exitCodes.gateFailed;
  return verdict === 'undecidable' ? exitCodes.infrastructure : exitCodes.ok;
}
