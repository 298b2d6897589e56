import { stripVTControlCharacters } from 'node:util';
import type { Comparison } from './compare-runs.ts';
import type { Discordant } from './discordant.ts';
import { spendingOf } from './spending.ts';
import type { Style } from './style.ts';
import { figuresOf, verdictOf } from './verdict.ts';
import type { Change } from './what-changed.ts';

interface Layout {
  columns: number;
  style: Style;
  /** Discordant problems shown of each kind. */
  most: number;
}

/** A comparison for a terminal: the verdict first, then what it rests on, then the problems one by one. */
export function terminalReport(
  comparison: Comparison,
  isOneOfSeveral: boolean,
  { columns, style, most }: Layout,
): string {
  const { a, b, dataset, isSeparated, difference, lost, gained, changes, warnings } = comparison;
  const paint = !isSeparated ? style.bold : difference < 0 ? style.bad : style.good;
  const table = (rows: [string, string][]) =>
    rows.flatMap(([name, text]) =>
      wrapped(text, columns - indent).map((line, i) => `${(i ? '' : name).padEnd(indent)}${line}`),
    );
  return [
    ...table([
      ['A', `${plain(a.label)}  ${plain(a.directory)}`],
      ['B', `${plain(b.label)}  ${plain(b.directory)}`],
      ['data set', plain(dataset)],
    ]),
    '',
    ...wrapped(verdictOf(comparison), columns).map(paint),
    '',
    ...table([...figuresOf(comparison, isOneOfSeveral), ...spendingOf(comparison)]),
    ...changes.flatMap((change, i) => table([[i ? '' : 'changed', changeSaid(change)]])),
    ...warnings.flatMap((warning) => ['', ...wrapped(`warning: ${plain(warning)}`, columns).map(style.doubtful)]),
    ...listed('lost', lost, style.bad, '-'),
    ...listed('gained', gained, style.good, '+'),
  ].join('\n');

  function listed(name: string, rows: readonly Discordant[], colour: (text: string) => string, sign: string): string[] {
    if (rows.length === 0) return [];
    const width = Math.min(28, Math.max(...rows.map(({ problemId }) => plain(problemId).length)));
    const lines = rows.slice(0, most).map(({ problemId, passRateA, passRateB, said }) => {
      const rates = Math.abs(passRateA - passRateB) === 1 ? '' : `${share(passRateA)} -> ${share(passRateB)}  `;
      const line = `  ${sign} ${plain(problemId).padEnd(width)}  ${rates}${said.map(plain).join('; ')}`.trimEnd();
      return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
    });
    const more = rows.length > most ? [`  and ${rows.length - most} more: --list ${rows.length}, or --json`] : [];
    return ['', style.bold(`${name} (${rows.length})`), ...lines.map(colour), ...more];
  }
}

const indent = 11;

const share = (rate: number) => `${Math.round(100 * rate)} %`;

export function changeSaid({ field, a, b }: Change): string {
  const [before, after] = [textOf(a), textOf(b)];
  const alike = [...before].findIndex((sign, i) => sign !== after[i]);
  // Of long texts (a prompt) the place where they part.
  const from =
    Math.max(before.length, after.length) > longest ? Math.max(0, (alike < 0 ? before.length : alike) - 20) : 0;
  return `${field}: ${excerpt(before, from)} -> ${excerpt(after, from)}`;
}

const longest = 60;

const textOf = (value: unknown) =>
  value === undefined ? 'absent' : plain(typeof value === 'string' ? value : JSON.stringify(value));

function excerpt(text: string, from: number): string {
  const start = text.length <= longest ? 0 : from;
  const shown = text.slice(start, start + longest - 2);
  return `${start > 0 ? '…' : ''}${shown}${start + shown.length < text.length ? '…' : ''}`;
}

/** What a candidate printed must not steer the terminal, nor break the line. */
export const plain = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
