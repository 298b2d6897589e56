import { existsSync } from 'node:fs';
import { systemClock } from '../offline/clock.ts';
import type { Recording } from '../offline/open-recording.ts';
import { settleAll } from './capture-command.ts';
import { openCapture } from './open-capture.ts';
import { placeOf } from './places.ts';
import { eventsIn } from './spool/spool.ts';

/** How soon a server takes in what hooks left. */
const everyMs = 2_000;
/** How often it looks for what is old enough to be settled. */
const settleEveryMs = 15 * 60_000;

interface Host {
  log: (message: string) => void;
  record: Recording['record'];
}

/**
 * Takes in what hooks leave, for as long as a server lives. Nothing of it holds the process, and a fault of it is said and no
 * more: no answer depends on it.
 */
export function keepDraining({ log, record }: Host) {
  let served: { atMs: number; root: string } | undefined = { atMs: Date.now(), root: placeOf(process.cwd()).root };
  let settledMs = -Infinity;
  let said = '';

  async function round() {
    const { level, directories, draining } = openCapture();
    if (level === 'off' || !existsSync(directories.spool)) return;
    const isDue = systemClock.steadyMs() - settledMs >= settleEveryMs;
    if (eventsIn(directories.spool).length === 0 && !isDue) return;
    const drained = await settleAll({ ...draining, served }, { record });
    if (drained.kind === 'busy') return;
    drained.release();
    served = undefined;
    settledMs = systemClock.steadyMs();
  }

  const again = () =>
    systemClock.after(everyMs, () => {
      void round()
        .catch((error: unknown) => {
          const message = `capture: ${error instanceof Error ? error.message : String(error)}`;
          if (message !== said) log((said = message));
        })
        .then(again);
    });
  again();
}
