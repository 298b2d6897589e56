import { join } from 'node:path';
import type { RunSummary } from '../../run/summary.ts';
import { duration, percent, usd } from '../../figures.ts';

/** What a run came to, in lines that fit a terminal. */
export function summaryTable(summary: RunSummary, outDir: string): string[] {
  const { counts, isComplete, passAtK, samplesPerProblem: k } = summary;
  const rows: (readonly [name: string, value: string | undefined])[] = [
    ['subject', `${summary.subject.label} on ${summary.dataset}, ${summary.problemCount} problems x ${k}`],
    ['verdicts', summary.executor === 'published' ? 'as their publisher has them: nothing ran here' : undefined],
    [
      'samples',
      Object.entries(counts)
        .flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []))
        .join(', '),
    ],
    ['pass rate', rateText(summary)],
    [
      'if all missing',
      isComplete ? undefined : `had failed ${percent(summary.bracket[0])}, had passed ${percent(summary.bracket[1])}`,
    ],
    [
      'pass@k',
      k > 1
        ? Object.entries(passAtK)
            .map(([of, rate]) => `${of}: ${percent(rate)}`)
            .join(', ')
        : undefined,
    ],
    ['pass^k', k > 1 && summary.passHatK !== undefined ? `${k}: ${percent(summary.passHatK)}` : undefined],
    ['answers', unansweredText(summary)],
    ['cost', costText(summary)],
    ['time', timeText(summary)],
    [
      'weaker',
      summary.weakerCount > 0 ? `${summary.weakerCount} verdicts from a process shared with the tests` : undefined,
    ],
    [
      'references',
      summary.referenceFailures && `${summary.referenceFailures.length} of the data set's own do not pass here`,
    ],
    ['report', join(outDir, 'report.html')],
    ['compare', `whetstone-evals compare ${outDir} <another run>`],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function rateText({ passRate, interval }: RunSummary): string {
  if (passRate === undefined || !interval) return 'nothing was graded';
  return `${percent(passRate)}  (95 %: ${percent(interval[0])} to ${percent(interval[1])})`;
}

/** Problems that a file of samples leaves out are failed: whoever reads the rate must know how many. */
function unansweredText({ subject, problemCount }: RunSummary): string | undefined {
  const { kind, answered, problems, emptyPatches = 0 } = subject;
  if (kind !== 'samples' || typeof answered !== 'number' || typeof emptyPatches !== 'number') return undefined;
  const absent = problemCount - answered;
  // Of some problems alone, it is not known which are in the file.
  if (problems !== problemCount || absent + emptyPatches === 0) return undefined;
  const reasons = [
    ...(absent > 0 ? [`${absent} have none in the file`] : []),
    ...(emptyPatches > 0 ? [`${emptyPatches} an empty patch`] : []),
  ];
  return `to ${problemCount - absent - emptyPatches} of ${problemCount} problems; ${reasons.join(' and ')}, and count as failed`;
}

function costText({ costUsd, knownCostUsd, paidUsd, unpricedCount, costPerSolvedUsd, reusedCount }: RunSummary) {
  if (knownCostUsd === undefined) return undefined;
  const total =
    costUsd === undefined ? `at least ${usd(knownCostUsd)}, ${unpricedCount} of unknown price` : usd(costUsd);
  const solved = costPerSolvedUsd === undefined ? '' : `, ${usd(costPerSolvedUsd)} per solved`;
  const reused = reusedCount > 0 ? `; ${reusedCount} answers were there already, paid now ${usd(paidUsd ?? 0)}` : '';
  return `${total}${solved}${reused}`;
}

function timeText({ medianTimeMs, p95TimeMs, startedAt, endedAt }: RunSummary) {
  const whole = duration(Date.parse(endedAt) - Date.parse(startedAt));
  if (medianTimeMs === undefined || p95TimeMs === undefined) return whole;
  return `${whole}; per sample median ${duration(medianTimeMs)}, 95 % below ${duration(p95TimeMs)}`;
}
