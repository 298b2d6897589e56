import type { Progress } from '../../run/progress.ts';
import { glyphs, statuses } from '../words.ts';
import { usd, duration } from '../../figures.ts';

/** One line that fits the terminal: what is least missed goes first when it is narrow. */
export function progressLine(progress: Progress, columns: number): string {
  const { done, total, counts, paidUsd, samplesPerSecond: pace, etaMs } = progress;
  const share = total === 0 ? 1 : done / total;
  const head = `${String(Math.floor(share * 100)).padStart(3)} %  ${done}/${total}`;
  const tail = [
    statuses
      .filter((status) => counts[status] > 0)
      .map((status) => `${glyphs[status]} ${counts[status]}`)
      .join('  '),
    ...(etaMs === undefined || done === total ? [] : [`${duration(etaMs)} left`]),
    ...(paidUsd === 0 ? [] : [usd(paidUsd)]),
    ...(pace === undefined ? [] : [`${pace < 10 ? pace.toFixed(1) : Math.round(pace)}/s`]),
  ].filter((part) => part !== '');
  let text = head;
  for (const part of tail) if (text.length + part.length + 3 <= columns) text += `   ${part}`;
  const room = columns - text.length - 2;
  if (room < 12) return text.slice(0, columns);
  return `${bar(share, Math.min(30, room))}  ${text}`;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number, width: number): string {
  const filled = Math.floor(share * width * 8);
  const whole = Math.floor(filled / 8);
  const part = whole < width ? (eighths[filled % 8] ?? '') : '';
  return `${'█'.repeat(whole)}${part}`.padEnd(width, '░');
}
