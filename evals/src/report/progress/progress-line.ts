import type { Status } from '../../run/result.ts';
import { dollars, duration, glyphs, statuses } from '../words.ts';

export interface Progress {
  done: number;
  total: number;
  counts: Readonly<Record<Status, number>>;
  /** Absent while no price is known. */
  costUsd?: number;
  elapsedMs: number;
}

/** Samples per second, and how long the rest takes at that rate; neither before something was done. */
export function paceOf({ done, total, elapsedMs }: Progress): { perSecond?: number; etaMs?: number } {
  if (done === 0 || elapsedMs <= 0) return {};
  const perSecond = (done / elapsedMs) * 1000;
  return { perSecond, etaMs: ((total - done) / perSecond) * 1000 };
}

/** One line that fits the terminal: what is least missed goes first when it is narrow. */
export function progressLine(progress: Progress, columns: number): string {
  const { done, total, counts, costUsd } = progress;
  const { perSecond, etaMs } = paceOf(progress);
  const share = total === 0 ? 1 : done / total;
  const head = `${String(Math.floor(share * 100)).padStart(3)} %  ${done}/${total}`;
  const tail = [
    statuses
      .filter((status) => counts[status] > 0)
      .map((status) => `${glyphs[status]} ${counts[status]}`)
      .join('  '),
    ...(etaMs === undefined || done === total ? [] : [`${duration(etaMs)} left`]),
    ...(costUsd === undefined ? [] : [dollars(costUsd)]),
    ...(perSecond === undefined ? [] : [`${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`]),
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
