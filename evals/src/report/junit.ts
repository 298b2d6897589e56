import type { SampleResult } from '../run/result.ts';
import type { ReportData } from './report-data.ts';
import { tellingLine } from './words.ts';

/** What CI systems show as a test report: a case per sample; infrastructure is an `error`, never a `failure`. */
export function junitReport({ summary, results }: ReportData): string {
  const { counts } = summary;
  const seconds = results.reduce((sum, { timeMs }) => sum + timeMs, 0) / 1000;
  const totals =
    `tests="${results.length}" failures="${counts.failed + counts.timeout}" errors="${counts.error}"` +
    ` skipped="${counts.skipped}" time="${seconds.toFixed(3)}"`;
  const suite = xml(`${summary.dataset}: ${summary.subject.label}`);
  const cases = results.map((result) => testCase(result, summary.dataset, summary.samplesPerProblem));
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="whetstone-evals" ${totals}>
<testsuite name="${suite}" timestamp="${xml(summary.startedAt.slice(0, 19))}" ${totals}>
<properties>
<property name="manifestHash" value="${xml(summary.manifestHash)}"/>
<property name="reportHash" value="${xml(summary.reportHash)}"/>
</properties>
${cases.join('\n')}
</testsuite>
</testsuites>
`;
}

function testCase(result: SampleResult, dataset: string, samplesPerProblem: number): string {
  const name = samplesPerProblem > 1 ? `${result.problemId} #${result.sampleIndex}` : result.problemId;
  const open = `<testcase classname="${xml(dataset)}" name="${xml(name)}" time="${(result.timeMs / 1000).toFixed(3)}"`;
  const inside = outcome(result);
  return inside === '' ? `${open}/>` : `${open}>${inside}</testcase>`;
}

function outcome({ status, detail = '' }: SampleResult): string {
  const message = xml(tellingLine(detail));
  switch (status) {
    case 'passed':
      return '';
    case 'failed':
      return `<failure type="failed" message="${message}">${xml(detail)}</failure>`;
    case 'timeout':
      return `<failure type="timeout" message="${message || 'time limit'}">${xml(detail)}</failure>`;
    case 'error':
      return `<error type="infrastructure" message="${message}">${xml(detail)}</error>`;
    case 'skipped':
      return `<skipped message="${message}"/>`;
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no way to write most control characters and lone surrogates: what candidates print may hold any. */
const xml = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- exactly these are meant
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
    .replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
