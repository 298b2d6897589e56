import { percent } from '../figures.ts';
import type { Style } from '../compare/style.ts';
import type { History, Observation } from './history.ts';

/** The posterior as a line of blocks: a column for each version, or for several where the line is shorter than they are. */
export function posteriorStrip(chances: readonly number[], columns: number): string {
  const candidates = chances.slice(1);
  // As many in every column, or a few would stand out for nothing but holding one more.
  const perColumn = Math.ceil(candidates.length / columns);
  const bins = Array.from<number>({ length: Math.ceil(candidates.length / perColumn) }).fill(0);
  candidates.forEach((chance, index) => (bins[Math.floor(index / perColumn)]! += chance));
  const highest = bins.reduce((a, b) => Math.max(a, b), 0);
  return bins.map((bin) => (bin < 0.000_5 ? '·' : heights[Math.ceil((bin / highest) * heights.length) - 1]!)).join('');
}

/** One step in one line: what was run, what came of it, what is believed now. */
export function stepLine(
  step: { number: number; observation: Observation; nameOf: (index: number) => string; columns: number },
  chances: readonly number[],
  style: Style,
): string {
  const { number, observation, nameOf, columns } = step;
  const { index, outcome } = observation;
  const best = chances.indexOf(chances.reduce((a, b) => Math.max(a, b)));
  const head = `${String(number).padStart(3)}  ${paintOf(outcome, style)(`${marks[outcome]} ${nameOf(index)}`)}`;
  const tail = `${percent(chances[best]).padStart(7)} ${nameOf(best)}`;
  const room = columns - 5 - 2 - nameOf(index).length - tail.length - 6;
  return `${head}  ${posteriorStrip(chances, Math.max(8, Math.min(64, room)))} ${style.bold(tail)}`;
}

/** The candidates that matter, each with its chance as a bar and its runs; neighbours that hold next to nothing are summed up. */
export function posteriorTable(
  history: History,
  chances: readonly number[],
  {
    nameOf,
    titleOf,
    span,
  }: { nameOf: (index: number) => string; titleOf: (index: number) => string; span: readonly [number, number] },
  style: Style,
): string[] {
  const isShown = (index: number) =>
    chances[index]! >= 0.005 || (index >= span[0] && index <= span[1] && span[1] - span[0] < 12);
  const lines: string[] = [];
  let left: number[] = [];
  const sumUp = () => {
    if (left.length === 0) return;
    const chance = left.reduce((sum, index) => sum + chances[index]!, 0);
    lines.push(`      ${`${left.length} others`.padEnd(38)} ${bar(chance)} ${percent(chance).padStart(7)}`);
    left = [];
  };
  for (let index = 1; index < chances.length; index++) {
    if (!isShown(index)) {
      left.push(index);
      continue;
    }
    sumUp();
    const { runs, failures, isSkipped } = history.positions[index]!;
    const isFound = index >= span[0] && index <= span[1];
    const seen = isSkipped ? 'cannot be tested' : `${failures} of ${runs} failed`;
    const title = fit(`${nameOf(index)} ${titleOf(index)}`, 38);
    const line = `${String(index).padStart(4)}  ${title} ${bar(chances[index]!)} ${percent(chances[index]).padStart(7)}  ${seen}`;
    lines.push(isFound ? `${style.bad(`${line}`)}  ◀` : line);
  }
  sumUp();
  return lines;
}

const marks = { passed: '✓', failed: '✗', skipped: '–' } as const;
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const barWidth = 24;

const paintOf = (outcome: Observation['outcome'], style: Style) =>
  ({ passed: style.good, failed: style.bad, skipped: style.doubtful })[outcome];

function bar(share: number): string {
  const parts = Math.round(share * barWidth * 8);
  return `${'█'.repeat(Math.floor(parts / 8))}${eighths[parts % 8] ?? ''}`.padEnd(barWidth);
}

const fit = (text: string, width: number) =>
  (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
