import { wilsonInterval } from '@whetstone/shared/stats';
import type { Problem } from '../../problem.ts';
import type { SampleResult } from '../../run/result.ts';
import type { RateRow } from './rate-chart.ts';

/** Pass rate of the problems that carry a tag, the most frequent tags first; tags of a single problem say nothing. */
export function tagRates(problems: readonly Problem[], results: readonly SampleResult[], most = 12): RateRow[] {
  const solved = new Map<string, { passed: number; graded: number }>();
  for (const { problemId, status } of results) {
    if (status === 'error' || status === 'skipped') continue;
    const counts = solved.get(problemId) ?? { passed: 0, graded: 0 };
    counts.graded++;
    if (status === 'passed') counts.passed++;
    solved.set(problemId, counts);
  }
  // A problem is one observation, however often it was sampled: repeats are not independent of each other.
  const rates = new Map<string, number[]>();
  for (const { id, tags } of problems) {
    const counts = solved.get(id);
    if (counts) for (const tag of tags) rates.set(tag, [...(rates.get(tag) ?? []), counts.passed / counts.graded]);
  }
  return [...rates]
    .filter(([, of]) => of.length > 1)
    .toSorted(([a, x], [b, y]) => y.length - x.length || a.localeCompare(b))
    .slice(0, most)
    .map(([label, of]) => {
      const sum = of.reduce((total, rate) => total + rate, 0);
      return { label, n: of.length, rate: sum / of.length, interval: wilsonInterval(sum, of.length) };
    });
}
