import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteredInterval, wilsonInterval } from '@whetstone/shared/stats';
import { idleSandbox, syntheticDataset } from '../../../test/support/scripted-run.ts';
import { differences, manifestHashOf, manifestOf, type ManifestParts } from '../../src/run/manifest.ts';
import type { SampleResult } from '../../src/run/result.ts';
import type { RunRecord } from '../../src/run/run-directory.ts';
import { summarize } from '../../src/run/summary.ts';

const dataset = syntheticDataset(12);
const partsOf = (changes: Partial<ManifestParts> = {}): ManifestParts => ({
  dataset,
  problems: dataset.problems,
  solver: { subject: { kind: 'model', label: 'm' } },
  sandbox: idleSandbox,
  samplesPerProblem: 3,
  timeoutMs: 1_000,
  hashSeed: 0,
  seed: 0,
  ...changes,
});
const recordOf = (changes: Partial<ManifestParts> = {}): RunRecord => {
  const manifest = manifestOf(partsOf(changes));
  return { manifest, manifestHash: manifestHashOf(manifest), origin: { startedAt: '2026-01-01T00:00:00.000Z' } };
};
const record = recordOf();
const endedAt = '2026-01-01T00:01:00.000Z';

const statuses = ['passed', 'failed', 'error', 'timeout', 'skipped'] as const;
/** Samples of a run in any order, each with any status. */
const anyResults: fc.Arbitrary<SampleResult[]> = fc
  .uniqueArray(fc.tuple(fc.nat(11), fc.nat(2)), { selector: String, maxLength: 36 })
  .chain((keys) =>
    fc.tuple(
      ...keys.map(([problem, sampleIndex]) =>
        fc.record(
          {
            problemId: fc.constant(`p/${problem}`),
            sampleIndex: fc.constant(sampleIndex),
            status: fc.constantFrom(...statuses),
            timeMs: fc.nat(1_000),
            costUsd: fc.nat(64).map((cents) => cents / 64),
            answerSha256: fc.constantFrom('a', 'b'),
            detail: fc.string(),
          },
          { requiredKeys: ['problemId', 'sampleIndex', 'status', 'timeMs'] },
        ),
      ),
    ),
  );

describe('a summary', () => {
  it('counts every sample once and keeps rate, interval and bracket in order', () => {
    fc.assert(
      fc.property(anyResults, (rows) => {
        const { counts, passRate, interval, bracket, isComplete } = summarize(record, rows, endedAt);
        expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(rows.length);
        expect(0 <= bracket[0] && bracket[0] <= bracket[1] && bracket[1] <= 1).toBe(true);
        expect(isComplete).toBe(rows.length > 0 && counts.error + counts.skipped === 0);
        if (passRate === undefined || !interval) {
          expect(counts.passed + counts.failed + counts.timeout).toBe(0);
          return;
        }
        expect(interval[0] <= passRate && passRate <= interval[1]).toBe(true);
        expect(bracket[0] <= passRate && passRate <= bracket[1]).toBe(true);
        if (isComplete) expect(bracket).toEqual([passRate, passRate]);
      }),
    );
  });

  it('is the same whatever the order of the lines, and its hash heeds no times, words or costs', () => {
    fc.assert(
      fc.property(anyResults, fc.nat(), (rows, turn) => {
        const turned = rows.map((_, i) => rows[(i + turn) % rows.length]!);
        const first = summarize(record, rows, endedAt);
        expect(summarize(record, turned, endedAt)).toMatchObject({
          reportHash: first.reportHash,
          counts: first.counts,
        });
        const otherwise = rows.map((row) => ({ ...row, timeMs: row.timeMs + 1, detail: 'other', costUsd: 9 }));
        expect(summarize(record, otherwise, endedAt).reportHash).toBe(first.reportHash);
      }),
    );
  });

  it('has another hash when one verdict, answer or manifest differs', () => {
    fc.assert(
      fc.property(anyResults, fc.nat(), (rows, at) => {
        const row = rows[at % rows.length];
        if (!row) return;
        const { reportHash } = summarize(record, rows, endedAt);
        const changed = (changes: Partial<SampleResult>) =>
          summarize(record, rows.with(at % rows.length, { ...row, ...changes }), endedAt).reportHash;
        expect(changed({ status: row.status === 'passed' ? 'failed' : 'passed' })).not.toBe(reportHash);
        expect(changed({ answerSha256: 'c' })).not.toBe(reportHash);
        expect(summarize(recordOf({ seed: 1 }), rows, endedAt).reportHash).not.toBe(reportHash);
      }),
    );
  });

  it('tells a cost only where every answer has one, and never takes unknown for nothing', () => {
    fc.assert(
      fc.property(anyResults, (rows) => {
        const answered = rows.filter(({ answerSha256 }) => answerSha256 !== undefined);
        const known = answered.flatMap(({ costUsd }) => (costUsd === undefined ? [] : [costUsd]));
        const { costUsd, knownCostUsd, unpricedCount } = summarize(record, rows, endedAt);
        const total = known.length > 0 ? known.reduce((a, b) => a + b, 0) : undefined;
        expect(knownCostUsd).toBe(total);
        expect(unpricedCount).toBe(answered.length - known.length);
        expect(costUsd).toBe(unpricedCount > 0 ? undefined : total);
      }),
    );
  });

  it('gives times as numpy does: median and 95th percentile between order statistics', () => {
    const times = [5, 1, 9, 2];
    const rows = times.map((timeMs, i) => ({ problemId: `p/${i}`, sampleIndex: 0, status: 'passed' as const, timeMs }));
    const summary = summarize(record, rows, endedAt);
    // numpy.percentile([5, 1, 9, 2], [50, 95]) -> 3.5, 8.4
    expect(summary.medianTimeMs).toBeCloseTo(3.5, 12);
    expect(summary.p95TimeMs).toBeCloseTo(8.4, 12);
    expect(summary.avgTimeMs).toBeCloseTo(4.25, 12);
  });
});

describe('an interval with repeats', () => {
  it('is Wilson’s where samples of a problem tell as much as samples of different ones', () => {
    const independent = Array.from({ length: 50 }, (_, i) => ({ n: 1, passed: i % 2 }));
    const [low, high] = clusteredInterval(independent);
    const wilson = wilsonInterval(25, 50);
    // But for m / (m - 1).
    expect(low).toBeCloseTo(wilson[0], 2);
    expect(high).toBeCloseTo(wilson[1], 2);
    expect(low).toBeLessThanOrEqual(wilson[0]);
  });

  it('counts a problem once where its samples always agree, and where all passed', () => {
    const agreeing = Array.from({ length: 40 }, (_, i) => ({ n: 5, passed: i % 2 === 0 ? 5 : 0 }));
    const [low, high] = clusteredInterval(agreeing);
    const wilson = wilsonInterval(20, 40);
    expect(high - low).toBeGreaterThan((wilson[1] - wilson[0]) * 0.98);
    expect(clusteredInterval(Array.from({ length: 40 }, () => ({ n: 5, passed: 5 })))).toEqual(wilsonInterval(40, 40));
  });

  it('is never narrower than that of as many independent samples', () => {
    const clusters = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(6)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(clusters, (pairs) => {
        const counts = pairs.map(([n, passed]) => ({ n, passed: Math.min(n, passed) }));
        const n = counts.reduce((sum, cluster) => sum + cluster.n, 0);
        const passed = counts.reduce((sum, cluster) => sum + cluster.passed, 0);
        const [low, high] = clusteredInterval(counts);
        const wilson = wilsonInterval(passed, n);
        expect(low).toBeLessThanOrEqual(passed / n);
        expect(high).toBeGreaterThanOrEqual(passed / n);
        expect(high - low).toBeGreaterThanOrEqual(wilson[1] - wilson[0] - 1e-9);
      }),
    );
  });
});

describe('a manifest', () => {
  it('has the same hash for the same parts in any order, and names what differs', () => {
    const turned = partsOf({ problems: dataset.problems.toReversed() });
    expect(manifestHashOf(manifestOf(turned))).toBe(record.manifestHash);
    const other = manifestOf(partsOf({ seed: 9, problems: dataset.problems.slice(1), hashSeed: 4 }));
    expect(differences(record.manifest, other)).toEqual([
      'dataset.problemIds (11 items there, 12 items now)',
      'env.PYTHONHASHSEED ("4" there, "0" now)',
      'seed (9 there, 0 now)',
    ]);
  });

  it('changes its hash with each thing that can change a verdict', () => {
    const changes: Partial<ManifestParts>[] = [
      { timeoutMs: 2_000 },
      { samplesPerProblem: 4 },
      { hashSeed: 1 },
      { dataset: { ...dataset, sha256: 'b'.repeat(64) } },
      { dataset: { ...dataset, preamble: { python: 'import math' } } },
      { solver: { subject: { kind: 'model', label: 'm', temperature: 0 } } },
      { sandbox: { ...idleSandbox, tier: 'pyodide' } },
      { sandbox: { ...idleSandbox, versions: { python: '1' } } },
    ];
    const hashes = [{}, ...changes].map((change) => recordOf(change).manifestHash);
    expect(new Set(hashes).size).toBe(changes.length + 1);
  });
});
