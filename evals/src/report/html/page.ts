import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { assetPath } from '../../assets.ts';
import type { Problem } from '../../problem.ts';
import type { SampleResult, Status } from '../../run/result.ts';
import type { ReportData } from '../report-data.ts';
import { glyphs, statuses, tellingLine } from '../words.ts';
import { usd, duration, percent, percentInterval } from '../../figures.ts';
import { escapeHtml, jsonInHtml } from './escape.ts';
import { rateChart } from './rate-chart.ts';
import { tagRates } from './tag-rates.ts';
import { timeChart } from './time-chart.ts';

/**
 * One file that needs nothing else and asks nobody: style, script and data stand in it, and its policy lets only that one
 * script run, whatever a model wrote into an answer.
 */
export function reportPage(report: ReportData): string {
  const { summary } = report;
  const style = readFileSync(assetPath('report/html/page.css'), 'utf8');
  const script = readFileSync(assetPath('report/html/page.mjs'), 'utf8');
  const title = `${summary.subject.label} on ${summary.dataset}`;
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}: ${percent(summary.passRate)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<div class="under">${escapeHtml(subtitle(report))}</div>
${numbers(report)}
</header>
<main>
<div class="charts">
<section><h2>Pass rate, 95 % interval</h2>${rates(report)}</section>
<section><h2>Time per sample</h2>${timeChart(report.results)}</section>
</div>
<h2>Problems</h2>
${matrix(report)}
<h2>Samples</h2>
${sampleTable(report)}
<h2>What this run was</h2>
<dl class="facts">${report.manifest.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd class="mono">${escapeHtml(value)}</dd>`).join('')}</dl>
</main>
<script type="application/json" id="data">${jsonInHtml(pageData(report))}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

function subtitle({ summary }: ReportData): string {
  const samples = summary.samplesPerProblem === 1 ? '' : `, ${summary.samplesPerProblem} samples each`;
  return `${summary.problemCount} problems${samples} · ${summary.endedAt.slice(0, 16).replace('T', ' ')} UTC · report ${summary.reportHash.slice(0, 12)}`;
}

function numbers({ summary }: ReportData): string {
  const { counts } = summary;
  const graded = counts.passed + counts.failed + counts.timeout;
  const missing = counts.error + counts.skipped;
  const bracket =
    missing === 0
      ? ''
      : `<small>${missing} not graded: between ${percent(summary.bracket[0])} and ${percent(summary.bracket[1])}</small>`;
  const cells: [string, string][] = [
    [
      'Pass rate',
      `${percent(summary.passRate)}<small>${percentInterval(summary.interval)} n=${graded}</small>${bracket}`,
    ],
    ...Object.entries(summary.passAtK)
      .filter(([k]) => k !== '1')
      .map(([k, rate]): [string, string] => [`pass@${k}`, percent(rate)]),
    ...statuses
      .filter((status) => status === 'passed' || counts[status] > 0)
      .map((status): [string, string] => [
        capital(status),
        `<span class="${status}"><span class="word">${glyphs[status]}</span></span> ${counts[status]}`,
      ]),
    ['Cost per solved', `${usd(summary.costPerSolvedUsd)}<small>${usd(summary.costUsd)} in all</small>`],
    ['Time', `${duration(summary.medianTimeMs)}<small>median; 95 % within ${duration(summary.p95TimeMs)}</small>`],
  ];
  return `<dl class="numbers">${cells.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

function rates({ summary, problems, results }: ReportData): string {
  const { counts } = summary;
  const graded = counts.passed + counts.failed + counts.timeout;
  if (summary.passRate === undefined || !summary.interval) return '<p class="under">No sample was graded.</p>';
  const all = {
    label: 'all',
    n: graded,
    rate: summary.passRate,
    interval: summary.interval,
    ...(counts.error + counts.skipped > 0 && { bracket: summary.bracket }),
  };
  return rateChart([all, ...tagRates(problems, results)], 'Pass rate with its interval, in all and by tag');
}

/** A mark per problem: the worst that happened to any of its samples stands for it, since that is what one looks for. */
function matrix({ problems, results }: ReportData): string {
  const worst: readonly Status[] = ['error', 'timeout', 'failed', 'skipped', 'passed'];
  const of = new Map<string, Status>();
  for (const { problemId, status } of results) {
    const before = of.get(problemId);
    if (before === undefined || worst.indexOf(status) < worst.indexOf(before)) of.set(problemId, status);
  }
  const marks = problems.flatMap(({ id }) => {
    const status = of.get(id);
    return status === undefined
      ? []
      : [
          `<a class="${status}" href="#${escapeHtml(encodeURIComponent(id.toWellFormed()))}" title="${escapeHtml(id)}: ${status}"` +
            ` aria-label="${escapeHtml(id)}: ${status}">${glyphs[status]}</a>`,
        ];
  });
  return `<div class="matrix">${marks.join('')}</div>`;
}

function sampleTable({ summary }: ReportData): string {
  const filters = statuses
    .filter((status) => summary.counts[status] > 0)
    .map(
      (status) =>
        `<button type="button" data-status="${status}" aria-pressed="false">${glyphs[status]} ${status} ${summary.counts[status]}</button>`,
    );
  const head = (name: string, sort: string, kind = '') =>
    `<th class="${kind}" aria-sort="none"><button type="button" data-sort="${sort}">${name}</button></th>`;
  return `<div class="tools"><input id="search" type="search" placeholder="Search (/)" aria-label="Search problems"> ${filters.join('')} <span id="shown" class="under" aria-live="polite"></span></div>
<table id="samples"><thead><tr>${head('Problem', 'id')}${head('Status', 'status')}${head('Time', 'time', 'number')}${head('Cost', 'cost', 'number wide')}<th class="wide">Detail</th></tr></thead><tbody></tbody></table>`;
}

/** What the page's script reads; samples refer to problems by position, so that a prompt stands in it once. */
function pageData({ summary, problems, results, spokenOf }: ReportData) {
  const used = new Set(results.map(({ problemId }) => problemId));
  const shown = problems.filter(({ id }) => used.has(id));
  const position = new Map(shown.map(({ id }, index) => [id, index]));
  const inOrder = results.toSorted(
    (a, b) => (position.get(a.problemId) ?? 0) - (position.get(b.problemId) ?? 0) || a.sampleIndex - b.sampleIndex,
  );
  return {
    glyphs,
    samplesPerProblem: summary.samplesPerProblem,
    problems: shown.map(pageProblem),
    samples: inOrder.map((result) => pageSample(result, position.get(result.problemId) ?? 0, spokenOf)),
  };
}

const pageProblem = (problem: Problem) => ({
  id: problem.id,
  prompt: problem.prompt,
  tags: problem.tags,
  ...(problem.kind === 'function' && { reference: problem.reference }),
});

const pageSample = (
  { problemId, sampleIndex, status, detail, timeMs, costUsd, weaker }: SampleResult,
  problem: number,
  spokenOf: ReportData['spokenOf'],
) => ({
  problem,
  sampleIndex,
  status,
  line: tellingLine(detail),
  detail,
  timeMs,
  costUsd,
  weaker,
  ...spokenOf(problemId, sampleIndex),
});
