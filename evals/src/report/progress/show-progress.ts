import type { Terminal } from '../../cli/command.ts';
import type { Progress } from '../../run/progress.ts';
import { progressLine } from './progress-line.ts';

export interface ProgressDisplay {
  update(progress: Progress): void;
  /** A line above it. */
  say(text: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

const redrawMs = 100;
const plainLineMs = 10_000;

/**
 * A line that is drawn over itself on a terminal, at most ten times a second; elsewhere (a CI log) a plain line now and
 * then, and one at the end.
 */
export function showProgress(terminal: Terminal, nowMs: () => number): ProgressDisplay {
  let last: Progress | undefined;
  let shownAtMs = -Infinity;
  let shown: Progress | undefined;
  const everyMs = terminal.isTty ? redrawMs : plainLineMs;
  const show = (progress: Progress) => {
    shownAtMs = nowMs();
    shown = progress;
    // Erasing to the end of the line after writing, not before: nothing flickers.
    if (terminal.isTty) terminal.write(`\r${progressLine(progress, terminal.columns - 1)}\u001B[K`);
    else terminal.complain(progressLine(progress, 80));
  };
  return {
    update(progress) {
      last = progress;
      if (nowMs() - shownAtMs >= everyMs) show(progress);
    },
    say(text) {
      if (!terminal.isTty || !shown) return terminal.complain(text);
      terminal.write(`\r\u001B[K${text}\n`);
      show(last ?? shown);
    },
    end() {
      if (last && last !== shown) show(last);
      if (terminal.isTty && shown) terminal.write('\n');
    },
  };
}
