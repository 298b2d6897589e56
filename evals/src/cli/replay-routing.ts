import { invalidField } from '@whetstone/shared/errors';
import { basename } from 'node:path';
import { styleFor } from '../compare/style.ts';
import { readContent } from '../datasets/read-rows.ts';
import { outcomesIn } from '../replay/outcomes.ts';
import { replayRouting, type ReplayOptions } from '../replay/replay.ts';
import { terminalTable } from '../replay/terminal-table.ts';
import { exitCodes, type AddCommand, type CommandContext, type ExitCode } from './command.ts';
import { wholeNumber } from './gate-options.ts';

interface Options {
  outcomes: string;
  splits: string;
  trainShare: string;
  margin: string;
  incumbent?: string;
  seed: string;
  json?: true;
}

export const addReplayRouting: AddCommand = (program, run) => {
  program
    .command('replay-routing')
    .description('replays the choice of models over a file of outcomes: what it would have solved and cost')
    .requiredOption('--outcomes <file>', 'JSON lines of task_id, model, success and, where known, cost_usd and more')
    .option('--splits <number>', 'cross-validated splits by task', '10')
    .option('--train-share <percent>', 'of the tasks of each repository that are learned from', '60')
    .option('--margin <points>', 'models within so much of the best count as tied', '3')
    .option('--incumbent <model>', 'also measured against; else the dearest of the tied')
    .option('--seed <number>', 'of the splits and simulations', '1')
    .option('--json', 'every figure with its value in each split, as JSON on stdout')
    .action((options: Options) => run((context) => replay(options, context)));
};

async function replay(options: Options, { terminal }: CommandContext): Promise<ExitCode> {
  const wanted: ReplayOptions = {
    splits: within('--splits', options.splits, [1, 1_000]),
    seed: wholeNumber('--seed', options.seed),
    trainShare: within('--train-share', options.trainShare, [10, 90]) / 100,
    margin: within('--margin', options.margin, [0, 20]) / 100,
    incumbent: options.incumbent,
  };
  const content = await readContent(options.outcomes);
  const replayed = replayRouting(outcomesIn(content), wanted);
  if (options.json) {
    const file = { file: basename(content.path), sha256: content.sha256 };
    terminal.print(JSON.stringify({ ...file, ...replayed }, null, 2));
  } else {
    const style = styleFor(terminal.isColoured === true);
    terminal.print(terminalTable(replayed, { columns: Math.max(80, terminal.columns), style }));
  }
  return exitCodes.ok;
}

function within(flag: string, text: string, [least, most]: [number, number]): number {
  const value = wholeNumber(flag, text);
  if (value >= least && value <= most) return value;
  throw invalidField(flag, `expected a whole number from ${least} to ${most}, got ${value}`);
}
