import type { SampleResult } from '../run/result.ts';
import type { ReportData } from './report-data.ts';
import { shortened } from '../excerpt.ts';
import { glyphs, statuses, tellingLine } from './words.ts';
import { usd, duration, percent, percentInterval } from '../figures.ts';

const mostListed = 50;

/** For pull requests and terminals: the figures, and what did not pass. */
export function markdownReport({ summary, manifest, results }: ReportData): string {
  const { counts } = summary;
  const graded = counts.passed + counts.failed + counts.timeout;
  const missing = counts.error + counts.skipped;
  const rows: [string, string][] = [
    ['Pass rate', `**${percent(summary.passRate)}** ${percentInterval(summary.interval)} n=${graded}`],
    ...(missing > 0
      ? [
          ['Between', `${percent(summary.bracket[0])} and ${percent(summary.bracket[1])}: ${missing} not graded`] as [
            string,
            string,
          ],
        ]
      : []),
    ...Object.entries(summary.passAtK)
      .filter(([k]) => k !== '1')
      .map(([k, rate]): [string, string] => [`pass@${k}`, percent(rate)]),
    [
      'Samples',
      statuses
        .filter((status) => counts[status] > 0)
        .map((status) => `${counts[status]} ${status}`)
        .join(', '),
    ],
    ...weakerRow(results),
    ['Cost', `${usd(summary.costUsd)}, per solved ${usd(summary.costPerSolvedUsd)}`],
    ['Time', `median ${duration(summary.medianTimeMs)}, 95 % within ${duration(summary.p95TimeMs)}`],
    ['Report', `\`${summary.reportHash}\``],
  ];
  const missed = results.filter(({ status }) => status !== 'passed');
  return [
    `# ${plain(summary.subject.label)} on ${plain(summary.dataset)}`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    ...(missed.length === 0 ? [] : ['## Not passed', '', ...listOf(missed), '']),
    '## What this run was',
    '',
    '| | |',
    '|---|---|',
    ...manifest.map(([name, value]) => `| ${plain(name)} | ${plain(shortened(value, 300))} |`),
    '',
  ].join('\n');
}

/** Verdicts that a candidate could have lied about, by name: nobody should have to look for them. */
function weakerRow(results: readonly SampleResult[]): [string, string][] {
  const ids = [...new Set(results.filter(({ weaker }) => weaker).map(({ problemId }) => problemId))];
  if (ids.length === 0) return [];
  const named = ids.slice(0, mostListed).map(plain).join(', ');
  const more = ids.length > mostListed ? `, and ${ids.length - mostListed} more` : '';
  return [['Weaker', `graded in one process with the tests: ${named}${more}`]];
}

function listOf(missed: readonly SampleResult[]): string[] {
  const rows = missed.slice(0, mostListed).map(({ problemId, sampleIndex, status, detail, timeMs }) => {
    return `| ${plain(problemId)} | ${sampleIndex} | ${glyphs[status]} ${status} | ${duration(timeMs)} | ${plain(shortened(tellingLine(detail), 160))} |`;
  });
  const more = missed.length - rows.length;
  return [
    '| problem | sample | status | time | detail |',
    '|---|---:|---|---:|---|',
    ...rows,
    ...(more > 0 ? ['', `… and ${more} more in results.jsonl.`] : []),
  ];
}

/** A candidate's words must stay words: no table cell, link, picture or HTML of theirs. */
const plain = (text: string) => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|!~#]/g, (sign) => `\\${sign}`);
