import type { ReportHunk } from './engine/index.ts';
import { visible } from '../visible.ts';
import type { Shell } from './shell.ts';

const order = [
  'kept',
  'cosmetic',
  'edited',
  'deleted',
  'rejected',
  'mixed',
  'agent_revision',
  'unknown',
  'rejected_before_write',
];

/** A row per file, a column per verdict that occurs, lines of the agent in the cells. */
export function reportTable(hunks: readonly ReportHunk[], { style }: Pick<Shell, 'style'>): string[] {
  const verdicts = order.filter((verdict) => hunks.some((hunk) => hunk.verdict === verdict));
  const files = [...new Set(hunks.map(({ file }) => file))].sort();
  const linesOf = (file: string | undefined, verdict: string) =>
    hunks
      .filter((hunk) => hunk.verdict === verdict && (file === undefined || hunk.file === file))
      .reduce((sum, { agentLines }) => sum + agentLines, 0);
  const width = Math.max(4, ...files.map((file) => visible(file).length));
  const cell = (count: number, verdict: string) =>
    paint(verdict, count, style)(String(count || '·').padStart(heading(verdict).length));
  const row = (name: string, file: string | undefined) =>
    [name, ...verdicts.map((verdict) => cell(linesOf(file, verdict), verdict))].join('  ');
  return [
    style.bold(['File'.padEnd(width), ...verdicts.map(heading)].join('  ')),
    ...files.map((file) => row(visible(file).padEnd(width), file)),
    ...(files.length > 1 ? [style.dim('─'.repeat(width)), row('All'.padEnd(width), undefined)] : []),
  ];
}

const mostShown = 12;

/** Where people changed what an agent wrote, each with its first line before and after. */
export function changesShown(hunks: readonly ReportHunk[], { style }: Pick<Shell, 'style'>): string[] {
  const changes = hunks.filter(({ verdict }) => byPeople.includes(verdict));
  const shown = changes
    .slice(0, mostShown)
    .flatMap(({ file, startLine, verdict, before, after }) => [
      `${visible(file)}:${startLine}  ${style.doubtful(verdict.replaceAll('_', ' '))}`,
      ...firstLine(before, '-').map(style.dim),
      ...firstLine(after, '+'),
    ]);
  const left = changes.length - mostShown;
  return left > 0 ? [...shown, style.dim(`and ${left} more, which --json tells`)] : shown;
}

const byPeople: readonly string[] = ['edited', 'deleted', 'rejected', 'mixed', 'rejected_before_write'];

function firstLine(text: string | undefined, sign: string): string[] {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '');
  const [first] = lines;
  if (first === undefined) return [];
  const more = lines.length > 1 ? `  (${lines.length} lines)` : '';
  return [`  ${sign} ${visible(first.trim().slice(0, 100))}${more}`];
}

const heading = (verdict: string) => verdict.replaceAll('_', ' ').padStart(6);

function paint(verdict: string, count: number, style: Shell['style']) {
  if (count === 0) return style.dim;
  if (verdict === 'kept') return style.good;
  return ['edited', 'deleted', 'rejected', 'mixed'].includes(verdict) ? style.doubtful : (text: string) => text;
}
