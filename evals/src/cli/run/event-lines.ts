import { usd } from '../../figures.ts';
import { showProgress } from '../../report/progress/show-progress.ts';
import type { RunEvent } from '../../run/events.ts';
import type { Terminal } from '../command.ts';

/** What a run tells on stderr: how far it is, and in lines its beginning and what is out of the ordinary. */
export function eventLines(terminal: Terminal, nowMs: () => number = Date.now): (event: RunEvent) => void {
  const display = showProgress(terminal, nowMs);
  return (event) => {
    switch (event.type) {
      case 'started': {
        const { sampleCount, problemCount, doneBefore, answeredBefore, estimate, outDir } = event;
        display.say(`${sampleCount} samples of ${problemCount} problems, into ${outDir}`);
        if (doneBefore + answeredBefore > 0)
          display.say(`going on: ${doneBefore} have their verdict, ${answeredBefore} more their answer`);
        if (estimate) {
          const { costUsd, worstCaseUsd, basis } = estimate;
          const most = worstCaseUsd === undefined ? '' : `, at most ${usd(worstCaseUsd)}`;
          display.say(`estimated cost: ${costUsd === undefined ? 'unknown' : usd(costUsd)}${most} (${basis})`);
        }
        break;
      }
      case 'progress':
        display.update(event.progress);
        break;
      case 'again':
        display.say(`${event.sampleCount} had trouble that was not the subject's and are done again: ${event.detail}`);
        break;
      case 'stopping':
        display.say(`stopping: ${event.reason}. What is in flight may end.`);
        break;
      case 'warning':
        display.say(event.message);
        break;
      case 'done':
        display.end();
        break;
      case 'result':
    }
  };
}
