import { alignedRows } from '../aligned-rows.ts';
import { usd } from '../figures.ts';
import type { Style } from '../compare/style.ts';
import { caps } from './measure-method.ts';
import type { Replay } from './replay.ts';
import type { Figure } from './summarise.ts';

type Cell = string;

/** The replay for a terminal: what was chosen, then one table for each question. Mean ± standard deviation over the splits. */
export function terminalTable(replay: Replay, { columns, style }: { columns: number; style: Style }): string {
  const { options, chosen, figures, regret } = replay;
  const { choices, methods, plans, joint, coverage } = figures;
  const once = (name: string, of: (typeof choices)['best']) => [
    name,
    share(of.success),
    dollars(of.costUsd),
    share(of.accuracy),
    points(of.points),
    share(of.saving),
  ];
  const planned = (name: string, of: (typeof plans)['savePerfect']) => [
    name,
    share(of.success),
    points(of.points),
    share(of.gain),
    share(of.saving),
    plain(of.attempts, 1),
    plain(of.expectedOverRealCost, 2),
  ];
  const method = (name: string, of: (typeof methods)['static'], covered?: Figure | null) => [
    name,
    plain(of.aiqLinear, 3),
    plain(of.aiqLog, 3),
    plain(of.brier, 3),
    share(of.pairAccuracy),
    plain(of.calibrationError, 3),
    covered === undefined ? '' : share(covered),
  ];
  const swept = (name: string, of: (typeof methods)['static']) => [
    name,
    share(of.equalCost.accuracy),
    points(of.equalCost.points),
    points(of.equalSuccess.points),
    share(of.equalSuccess.saving),
  ];
  const capped = (name: string, of: readonly (Figure | null)[]) => [name, ...of.map(share)];
  const jointly = (name: string, of: (typeof joint)['perfect']) => [
    name,
    ...[of.gain10, of.gain5, of.notWorse].map((figure) => counted(figure)),
  ];
  const parts: [title: string, head: Cell[], rows: Cell[][]][] = [
    [
      `One model for each task, against the best single model of training (${namesOf(chosen.best)})`,
      ['', 'solved %', '$ per task', 'accuracy %', 'points', 'saving %'],
      [
        once('best single model', choices.best),
        once('cheapest', choices.cheapest),
        once('random', choices.random),
        once('static table, cheapest tied', choices.static),
        once('cells, cheapest tied', choices.cells),
        once('recommended', choices.recommended),
        once('  against the incumbent', figures.versusIncumbent),
        once('oracle', choices.oracle),
      ],
    ],
    [
      'Accuracy under a cap on the mean cost, %',
      ['', ...caps.map((cap) => `$${cap.toFixed(2)}`)],
      [
        capped('static table', methods.static.accuracyUnderCap),
        capped('k nearest', methods.nearest.accuracyUnderCap),
        capped('factorisation', methods.factorisation.accuracyUnderCap),
        capped('recommended', figures.underCaps),
        capped('recommended, margin 0', figures.underCapsWithoutMargin),
      ],
    ],
    [
      'Plans of up to three models, against the best single model',
      ['verifier, aim', 'solved %', 'points', 'gain %', 'saving %', 'attempts', 'expected/real $'],
      [
        planned('0/0, equal success', plans.savePerfect),
        planned('.1/.1, equal success', plans.saveTenth),
        planned('.2/.1, equal success', plans.saveFifth),
        planned('0/0, equal cost', plans.solvePerfect),
        planned('.1/.1, equal cost', plans.solveTenth),
        planned('0/0, half the cost', plans.halfPerfect),
        planned('.1/.1, half the cost', plans.halfTenth),
      ],
    ],
    [
      'Splits with accuracy > 80 %, saving > 20 % and the gain, at half the cost',
      ['verifier', 'gain >= 10 %', '>= 5 %', '>= -1 %'],
      [jointly('0/0', joint.perfect), jointly('.1/.1', joint.tenth)],
    ],
    [
      'Estimates',
      ['', 'AIQ', 'AIQ log', 'Brier', 'pairs right %', 'ECE', 'coverage %'],
      [
        method('static table', methods.static),
        method('cells', methods.cells, coverage.cells),
        method('k nearest', methods.nearest),
        method('factorisation', methods.factorisation),
        method('recommended', methods.recommended, coverage.recommended),
        method('oracle', methods.oracle),
      ],
    ],
    [
      'One model for each task by chance less price times cost, the price chosen on training',
      ['', 'equal cost: accuracy %', 'points', 'equal success: points', 'saving %'],
      [
        swept('static table', methods.static),
        swept('cells', methods.cells),
        swept('k nearest', methods.nearest),
        swept('factorisation', methods.factorisation),
        swept('oracle', methods.oracle),
      ],
    ],
  ];
  const checks = [
    `pins and caps    ${sumOf(figures.pinsAndCaps.violations)} violations in ${sumOf(figures.pinsAndCaps.asked)} answers of random settings`,
    `shuffled         ${points(figures.shuffledPoints)} points over the static table with features dealt out anew`,
    `learning online  ${regret ? `${share(regret.share)} % of the regret of random choice (Thompson, 8 models, 2,000 tasks)` : 'not known: fewer than two models have costs'}`,
  ];
  return [
    `${replay.outcomes} outcomes, ${replay.tasks} tasks, ${replay.models} models; ${options.splits} splits, ${percent(options.trainShare)} % trained on, seed ${options.seed}`,
    `judged           ${share(choices.recommended.judged)} % of the test tasks were tried by the recommended model`,
    `incumbent        ${namesOf(chosen.incumbent)}`,
    `method           ${namesOf(chosen.used)}`,
    ...parts.flatMap(([title, head, rows]) => ['', style.bold(title), ...alignedRows([head, ...rows], columns)]),
    '',
    style.bold('Checks'),
    ...checks,
  ].join('\n');
}

const unknown = '-';

const plain = (figure: Figure | null, digits: number): string =>
  figure ? `${figure.mean.toFixed(digits)}${deviation(figure.sd, digits)}` : unknown;

const scaled = (figure: Figure | null, by: number): Figure | null =>
  figure && { ...figure, mean: by * figure.mean, sd: figure.sd === null ? null : by * figure.sd };

const share = (figure: Figure | null): string => plain(scaled(figure, 100), 1);

const dollars = (figure: Figure | null): string => (figure ? usd(figure.mean) : unknown);

function points(figure: Figure | null): string {
  const said = plain(figure, 1);
  if (!figure || figure.mean < 0.05) return said.replace(/^-0\.0/, '0.0');
  return `+${said}`;
}

const deviation = (sd: number | null, digits: number) => (sd === null ? '' : ` ±${sd.toFixed(digits)}`);

const percent = (value: number) => Math.round(100 * value);

const counted = (figure: Figure | null): string =>
  figure ? `${sumOf(figure)}/${figure.splits.filter((split) => split !== null).length}` : unknown;

const sumOf = (figure: Figure | null): number =>
  figure?.splits.reduce<number>((sum, split) => sum + (split ?? 0), 0) ?? 0;

const namesOf = (names: readonly { name: string; splits: number }[]): string =>
  names.map(({ name, splits }) => `${name} ${splits}x`).join(', ');
