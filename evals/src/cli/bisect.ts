import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { bisectCommits, type EndedBisect } from '../bisect/commits/bisect-commits.ts';
import { openBisectFolder, type BisectManifest, type RecordedRun } from '../bisect/commits/bisect-folder.ts';
import { bisectReport, commitNames, pictureOf, shortHash, writeBisectReport } from '../bisect/commits/bisect-report.ts';
import { changedFiles, commitRange } from '../bisect/commits/commit-range.ts';
import type { History } from '../bisect/history.ts';
import { stepLine } from '../bisect/picture.ts';
import { posteriorOf } from '../bisect/posterior.ts';
import { styleFor } from '../compare/style.ts';
import { exitCodes, type AddCommand, type CommandContext, type ExitCode, type Terminal } from './command.ts';
import { freshRunFolder } from './run/run-folder.ts';

interface Flags {
  good: string;
  bad: string;
  repo: string;
  command: string;
  confidence: number;
  seedRuns: number;
  maxRuns: number;
  k: number;
  jobs: number;
  timeoutMs: number;
  prior: BisectManifest['prior'];
  keepIgnored?: true;
  out?: string;
  json?: true;
}

export const addBisect: AddCommand = (program, run) => {
  program
    .command('bisect')
    .description('finds the commit from which on a test fails more often, though it fails now and then anyway')
    .requiredOption('--good <commit>', 'one at which it fails less often')
    .requiredOption('--bad <commit>', 'a later one at which it fails more often')
    .requiredOption(
      '--command <line>',
      'the test, run by sh -c in a copy of the commit: 0 good, 125 cannot be tested, else up to 127 bad',
    )
    .option('--repo <dir>', 'the repository', '.')
    .option('--confidence <share>', 'chance at which a commit is named', between(0.5, 0.999), 0.9)
    .option('--seed-runs <n>', 'runs at each end before the search', whole(2, 1_000), 20)
    .option('--max-runs <n>', 'runs of the search, those at the ends apart', whole(1, 100_000), 60)
    .option('--k <n>', 'runs at the commit of each step', whole(1, 1_000), 1)
    .option('--jobs <n>', 'runs at a time (default: one per core)', whole(1, 256), availableParallelism())
    .option('--timeout-ms <n>', 'of one run; a longer one is bad', whole(1, 2_147_483_647), 600_000)
    .addOption(
      new Option(
        '--prior <how>',
        'what is likelier before anything is seen: no commit, or those that changed more files',
      )
        .choices(['uniform', 'changes'])
        .default('uniform'),
    )
    .option('--keep-ignored', 'leave what git ignores in a copy from one commit to the next')
    .option(
      '--out <dir>',
      'of the bisect; with that of an earlier one it is gone on with (default: a new one in whetstone-runs)',
    )
    .option('--json', 'print the report as JSON')
    .action((flags: Flags) => run((context) => bisect(flags, context)));
};

async function bisect(flags: Flags, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const repo = resolve(flags.repo);
  const commits = await commitRange(repo, flags.good, flags.bad);
  const [good, bad] = [commits[0]!.hash, commits.at(-1)!.hash];
  const { command, seedRuns, k: runsPerStep, timeoutMs, prior, jobs } = flags;
  const hashes = commits.map(({ hash }) => hash);
  const manifest = {
    kind: 'bisect',
    good,
    bad,
    commits: hashes,
    command,
    seedRuns,
    runsPerStep,
    timeoutMs,
    prior,
  } as const;
  const rules = { confidence: flags.confidence, seedRuns, maxRuns: flags.maxRuns };
  const out = flags.out ? resolve(flags.out) : freshRunFolder('bisect', shortHash(bad), new Date());
  const folder = await openBisectFolder(out, manifest);
  try {
    if (folder.runs.length > 0) terminal.complain(`going on after ${folder.runs.length} runs that are in ${out}`);
    const weights = prior === 'changes' ? await changedFiles(repo, commits) : undefined;
    let ended: EndedBisect;
    try {
      ended = await bisectCommits({
        repo,
        commits,
        weights,
        command,
        rules,
        runsPerStep,
        jobs,
        timeoutMs,
        folder,
        signal,
        keepsIgnored: flags.keepIgnored === true,
        onRun: showRun(terminal, commitNames(commits).short),
      });
    } catch (error) {
      terminal.complain(`the same command with --out ${out} goes on from here`);
      if (!signal.aborted) throw error;
      return exitCodes.infrastructure;
    }
    const { answer, history } = ended;
    const report = bisectReport({ answer, history, commits, rules, manifest, runs: folder.runs });
    await writeBisectReport(out, report, history);
    if (flags.json) terminal.print(JSON.stringify(report, null, 2));
    else {
      const picture = pictureOf(report, history, terminal.isColoured === true);
      const counts = `${report.searchRuns} runs of the search, ${report.seedRuns} at the two ends; ${out}`;
      terminal.print([...picture, '', report.sentence, counts].join('\n'));
    }
    return exitCodeOf(answer);
  } finally {
    await folder.close();
  }
}

/** A line for each run of the search; those at the ends are summed up when the search begins. */
function showRun(terminal: Terminal, nameOf: (index: number) => string) {
  const style = styleFor(terminal.isTty && terminal.isColoured === true);
  let number = 0;
  let atEnds = 0;
  return ({ phase, index, outcome }: RecordedRun, history: History) => {
    const { positions } = history;
    if (phase === 'seed') {
      atEnds += 1;
      const last = positions.length - 1;
      const said = [0, last].map(
        (end) => `${nameOf(end)} ${positions[end]!.failures} of ${positions[end]!.runs} failed`,
      );
      if (terminal.isTty) terminal.write(`\rends  ${said.join(', ')}\u001B[K`);
      else if (atEnds % 10 === 0) terminal.complain(`ends  ${said.join(', ')}`);
      return;
    }
    if (number === 0 && atEnds > 0 && terminal.isTty) terminal.write('\n');
    number = positions.slice(1, -1).reduce((sum, { runs }) => sum + runs, 0);
    const step = { number, observation: { index, outcome }, nameOf, columns: terminal.isTty ? terminal.columns : 100 };
    terminal.complain(stepLine(step, posteriorOf(history).chances, style));
  };
}

function exitCodeOf({ kind }: EndedBisect['answer']): ExitCode {
  if (kind === 'commit') return exitCodes.ok;
  return kind === 'flipped' ? exitCodes.usage : exitCodes.notNamed;
}

const whole = (least: number, most: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
};

const between = (least: number, most: number) => (text: string) => {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
};
