import { columns, lineWidth, wrap } from '../columns.ts';
import type { Style } from '../style.ts';
import type { Check, Verdict } from './check.ts';
import type { ExaminedChapter } from './examine.ts';

const signs: Record<Verdict, string> = { ok: '✓', warn: '!', fail: '✗' };
const words: Record<Verdict, string> = { ok: 'ok', warn: 'warn', fail: 'fail' };

/** The findings for people: what was measured, and below it, where something is not well, why and what to do. */
export function reportOf(chapters: ExaminedChapter[], style: Style): string {
  const checks = chapters.flatMap((chapter) => chapter.checks);
  const titleWidth = Math.max(...checks.map(({ title }) => title.length));
  const sections = chapters.map(({ title, checks: own }) =>
    [style.bold(title), ...own.flatMap((check) => linesOf(check, titleWidth, style))].join('\n'),
  );
  return [...sections, verdictOf(checks, style)].join('\n\n');
}

function linesOf(check: Check, titleWidth: number, style: Style): string[] {
  const margin = ' '.repeat(2 + 7 + titleWidth + 2);
  const width = lineWidth - margin.length;
  const paint = { ok: style.good, warn: style.doubtful, fail: style.bad }[check.verdict];
  const head = `${paint(`${signs[check.verdict]} ${words[check.verdict].padEnd(4)}`)} ${check.title.padEnd(titleWidth)}`;
  const [first = '', ...rest] = wrap(check.value ?? '', width);
  return [
    `  ${head}  ${first}`.trimEnd(),
    ...rest.map((line) => margin + line),
    ...wrap(check.detail ?? '', width).map((line) => margin + style.dim(line)),
    ...wrap(check.fix ?? '', width - 2).map((line, index) => `${margin}${index === 0 ? '→ ' : '  '}${line}`),
  ];
}

function verdictOf(checks: Check[], style: Style) {
  const count = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const [failures, warnings] = [count('fail'), count('warn')];
  const remarks = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  if (failures === 0) return style.good(`✓ Works${remarks}.`);
  const first = checks.find(({ verdict }) => verdict === 'fail');
  const advice = columns([['Begin with', `${first?.title}: ${first?.fix ?? first?.value}`]], 0).join('\n');
  return `${style.bad(`✗ ${failures} ${failures === 1 ? 'check fails' : 'checks fail'}${remarks}.`)}\n${advice}`;
}
