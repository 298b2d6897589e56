import { describe, expect, it } from 'vitest';
import { junitReport } from '../../src/report/junit.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { reportPage } from '../../src/report/html/page.ts';
import { tagRates } from '../../src/report/html/tag-rates.ts';
import { duration, percent, usd } from '../../src/figures.ts';
import { tellingLine } from '../../src/report/words.ts';
import { sampleReport } from '../support/sample-report.ts';

const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)> ]]> & "quoted" \u0000\u001b[31m \ud800 | \`tick\``;

describe('the report page', () => {
  it('is one file that asks nobody for anything', () => {
    const page = reportPage(sampleReport());
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-/,
    );
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page).not.toContain('@import');
  });

  it('keeps what models and candidates wrote out of its markup', () => {
    const page = reportPage(sampleReport({ text: hostile }));
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });

  it('carries its data whole', () => {
    const page = reportPage(sampleReport({ text: hostile }));
    const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
    const data: { samples: { answer?: string }[]; problems: { prompt: string }[] } = JSON.parse(json);
    expect(data.samples).toHaveLength(6);
    expect(data.samples[0]?.answer).toBe(hostile);
    expect(data.problems[0]?.prompt).toBe(hostile);
  });

  it('shows the rate with its interval and n, and what is missing as a bracket', () => {
    const page = reportPage(sampleReport());
    expect(page).toContain('50.0 %<small>[15.0, 85.0] n=4</small>');
    expect(page).toContain('2 not graded: between 33.3 % and 66.7 %');
  });

  it('shows an unknown price as unknown', () => {
    expect(reportPage(sampleReport())).toContain('<dt>Cost per solved</dt><dd>-<small>- in all</small></dd>');
  });
});

describe('verdicts that a candidate could have lied about', () => {
  it('are named in Markdown, and nothing is said where there are none', () => {
    const report = sampleReport();
    expect(markdownReport(report)).not.toContain('Weaker');
    const [first, ...others] = report.results;
    const markdown = markdownReport({ ...report, results: [{ ...first!, weaker: true }, ...others] });
    expect(markdown).toContain(
      `| Weaker | graded in one process with the tests: ${first!.problemId.replace('_', '\\_')} |`,
    );
  });
});

describe('the line that stands for a detail', () => {
  it.each([
    ['Traceback (most recent call last):\n  File "<candidate>", line 2\nKeyError: 1', 'KeyError: 1'],
    ['<tests> line 20: assert f(1) == 2\nAssertionError', '<tests> line 20: assert f(1) == 2'],
    [
      "AssertionError: Expected values to be strictly equal:\n+ actual - expected\n\n+ 'a'\n- 'b'\n     ^",
      "AssertionError: Expected values to be strictly equal: + 'a' - 'b'",
    ],
    ['10: TS2345: no\n29: TS2322: neither', '10: TS2345: no'],
    [undefined, ''],
  ])('of %j is %j', (detail, line) => {
    expect(tellingLine(detail)).toBe(line);
  });
});

describe('the JUnit report', () => {
  it('keeps infrastructure apart from failures, and counts a time-out as a failure', () => {
    const xml = junitReport(sampleReport());
    expect(xml).toContain('tests="6" failures="2" errors="1" skipped="1"');
    expect(xml.match(/<failure /g)).toHaveLength(2);
    expect(xml.match(/<error type="infrastructure"/g)).toHaveLength(1);
    expect(xml.match(/<skipped /g)).toHaveLength(1);
  });

  it('is XML whatever a candidate printed', () => {
    const xml = junitReport(sampleReport({ text: hostile }));
    // oxlint-disable-next-line no-control-regex -- what XML cannot hold
    expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/);
    expect(xml.isWellFormed()).toBe(true);
    expect(xml).not.toContain('<script>');
  });
});

describe('the Markdown report', () => {
  it('lists what did not pass, with its last line', () => {
    const text = markdownReport(sampleReport());
    expect(text).toContain('| Pass rate | **50.0 %** [15.0, 85.0] n=4 |');
    expect(text).toContain('| sum\\_of | 0 | ✗ failed | 30 ms | AssertionError: got 3 |');
    expect(text).not.toContain('| add |');
  });

  it('lets no words of a candidate become markup', () => {
    const text = markdownReport(sampleReport({ text: hostile }));
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toMatch(/(?<!\\)`tick/);
  });
});

describe('rates by tag', () => {
  it('count a problem once however often it was sampled, and leave out what was not graded', () => {
    const { problems, results } = sampleReport();
    const repeated = results.flatMap((result) => [result, { ...result, sampleIndex: 1 }]);
    expect(tagRates(problems, repeated)).toEqual(tagRates(problems, results));
    expect(tagRates(problems, results).map(({ label, n, rate }) => [label, n, rate])).toEqual([['numbers', 3, 2 / 3]]);
  });
});

describe('words for figures', () => {
  it.each([
    [0.72, '72.0 %'],
    [undefined, '-'],
  ])('percent of %s is %s', (rate, text) => expect(percent(rate)).toBe(text));

  it.each([
    [undefined, '-'],
    [0, '$0.00'],
    [0.00042, '$0.00042'],
    [1.5, '$1.5'],
  ])('dollars of %s are %s', (amount, text) => expect(usd(amount)).toBe(text));

  it.each([
    [undefined, '-'],
    [12.4, '12 ms'],
    [1234, '1.2 s'],
    [59_960, '60.0 s'],
    [90_000, '1 min 30 s'],
    [5_400_000, '1 h 30 min'],
  ])('a duration of %s reads %s', (ms, text) => expect(duration(ms)).toBe(text));
});
