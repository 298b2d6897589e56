import type { RunSummary } from '../../run/summary.ts';
import { exitCodes, type ExitCode, type Terminal } from '../command.ts';
import { summaryTable } from './summary-table.ts';

/** The end of a run: what the person or the script that began it is told. */
export function finishRun(
  summary: RunSummary,
  outDir: string,
  { json, wasInterrupted }: { json: boolean; wasInterrupted: boolean },
  terminal: Terminal,
): ExitCode {
  terminal.print(json ? JSON.stringify(summary, null, 2) : summaryTable(summary, outDir).join('\n'));
  if (wasInterrupted) terminal.complain(`interrupted; the same command with --out ${outDir} goes on from here`);
  else if (summary.counts.error > 0)
    terminal.complain(
      `${summary.counts.error} had trouble that was not the subject's; with --out ${outDir} they are done again`,
    );
  return wasInterrupted || summary.counts.error > 0 ? exitCodes.infrastructure : exitCodes.ok;
}
