import { clusteredInterval, passAtK, passHatK, sortedQuantile, type ClusterCount } from '@whetstone/shared/stats';
import { sha256Of } from './canonical-json.ts';
import type { RunManifest } from './manifest.ts';
import { noCounts, type Counts } from './progress.ts';
import { isGraded, type SampleResult } from './result.ts';
import type { RunRecord } from './run-directory.ts';

type Interval = [low: number, high: number];

export interface RunSummary {
  manifestHash: string;
  /** Over verdicts and what was judged, not over times or words: equal for runs that came to the same. */
  reportHash: string;
  dataset: string;
  subject: RunManifest['subject'];
  /** What found the verdicts; `published`: nothing ran here. */
  executor: RunManifest['executor']['tier'];
  problemCount: number;
  samplesPerProblem: number;
  counts: Counts;
  /** Nothing is missing: every sample has a verdict. */
  isComplete: boolean;
  /** Passed of graded; errors and skipped ones are missing, not failed. Absent when nothing was graded. */
  passRate?: number;
  /** 95 %: Wilson's, with repeats or clusters that of an effective sample size. */
  interval?: Interval;
  /** If all that is missing had failed, and if it had passed. */
  bracket: Interval;
  /** Mean over the problems with at least k graded samples, for k of 1 and samplesPerProblem. */
  passAtK: Record<number, number>;
  /** Chance that samplesPerProblem samples all pass, mean over problems. */
  passHatK?: number;
  /** Of all answers, when they were made. Absent when the price of one is not known; see knownCostUsd. */
  costUsd?: number;
  /** The part of the cost that is known. */
  knownCostUsd?: number;
  /** Answers without a known price. */
  unpricedCount: number;
  /** What this run spent itself: the known cost without the answers that it reused. */
  paidUsd?: number;
  /** Answers that came from the cache or another run. */
  reusedCount: number;
  avgCostUsd?: number;
  /** costUsd over passed samples. */
  costPerSolvedUsd?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** Over graded samples. */
  avgTimeMs?: number;
  medianTimeMs?: number;
  p95TimeMs?: number;
  /** Verdicts from a shared process, which a candidate could have forged. */
  weakerCount: number;
  referenceFailures?: string[];
  startedAt: string;
  endedAt: string;
}

/** What a run came to, from its manifest and its lines in any order. */
export function summarize(record: RunRecord, results: Iterable<SampleResult>, endedAt: string): RunSummary {
  const { manifest, manifestHash, origin } = record;
  const rows = [...results];
  const counts = noCounts();
  for (const { status } of rows) counts[status] += 1;
  const graded = rows.filter(isGraded);
  const missing = rows.length - graded.length;
  return {
    manifestHash,
    reportHash: reportHashOf(manifestHash, rows),
    dataset: manifest.dataset.name,
    subject: manifest.subject,
    executor: manifest.executor.tier,
    problemCount: manifest.dataset.problemIds.length,
    samplesPerProblem: manifest.samplesPerProblem,
    counts,
    isComplete: missing === 0 && rows.length > 0,
    ...(graded.length > 0 && {
      passRate: counts.passed / graded.length,
      interval: intervalOf(manifest, graded),
    }),
    bracket: rows.length === 0 ? [0, 1] : [counts.passed / rows.length, (counts.passed + missing) / rows.length],
    ...repeatsOf(manifest.samplesPerProblem, graded),
    ...costsOf(rows, counts.passed),
    ...tokensOf(rows),
    ...timesOf(graded),
    weakerCount: rows.filter(({ weaker }) => weaker).length,
    ...(origin.referenceFailures && { referenceFailures: origin.referenceFailures }),
    startedAt: origin.startedAt,
    endedAt,
  };
}

function reportHashOf(manifestHash: string, rows: readonly SampleResult[]): string {
  const lines = rows
    .map(({ problemId, sampleIndex, status, answerSha256 }) => ({
      id: problemId,
      index: sampleIndex,
      text: JSON.stringify([problemId, sampleIndex, status, answerSha256 ?? null]),
    }))
    .sort((a, b) => (a.id === b.id ? a.index - b.index : a.id < b.id ? -1 : 1));
  return sha256Of([manifestHash, ...lines.map(({ text }) => text)].join('\n'));
}

function intervalOf(manifest: RunManifest, graded: readonly SampleResult[]): Interval {
  const clusterOf = ({ problemId }: SampleResult) => manifest.dataset.clusters?.[problemId] ?? problemId;
  return clusteredInterval(tally(graded, clusterOf));
}

function tally(graded: readonly SampleResult[], keyOf: (row: SampleResult) => string): ClusterCount[] {
  const byKey = new Map<string, ClusterCount>();
  for (const row of graded) {
    const key = keyOf(row);
    const { n, passed } = byKey.get(key) ?? { n: 0, passed: 0 };
    byKey.set(key, { n: n + 1, passed: passed + (row.status === 'passed' ? 1 : 0) });
  }
  return [...byKey.values()];
}

function repeatsOf(k: number, graded: readonly SampleResult[]): Pick<RunSummary, 'passAtK' | 'passHatK'> {
  const problems = tally(graded, ({ problemId }) => problemId);
  const meanOf = (estimate: typeof passAtK, of: number) =>
    mean(problems.map(({ n, passed }) => estimate(n, passed, of)).filter((value) => value !== undefined));
  const atK = [...new Set([1, k])].flatMap((of) => {
    const value = meanOf(passAtK, of);
    return value === undefined ? [] : [[of, value] as const];
  });
  const passHat = meanOf(passHatK, k);
  return { passAtK: Object.fromEntries(atK), ...(passHat !== undefined && { passHatK: passHat }) };
}

function costsOf(rows: readonly SampleResult[], passed: number) {
  const answered = rows.filter(({ answerSha256 }) => answerSha256 !== undefined);
  const priced = answered.filter((row): row is SampleResult & { costUsd: number } => row.costUsd !== undefined);
  const reused = answered.filter((row) => row.reused);
  const counted = { unpricedCount: answered.length - priced.length, reusedCount: reused.length };
  if (priced.length === 0) return counted;
  const known = sum(priced.map(({ costUsd }) => costUsd));
  const paid = sum(priced.filter((row) => !row.reused).map(({ costUsd }) => costUsd));
  const partly = { ...counted, knownCostUsd: known, paidUsd: paid };
  if (priced.length < answered.length) return partly;
  return {
    ...partly,
    costUsd: known,
    avgCostUsd: known / answered.length,
    ...(passed > 0 && { costPerSolvedUsd: known / passed }),
  };
}

function tokensOf(rows: readonly SampleResult[]) {
  const given = (name: 'inputTokens' | 'outputTokens') => {
    const values = rows.map((row) => row[name]).filter((value) => value !== undefined);
    return values.length > 0 ? { [name]: sum(values) } : {};
  };
  return { ...given('inputTokens'), ...given('outputTokens') };
}

function timesOf(graded: readonly SampleResult[]) {
  if (graded.length === 0) return {};
  const times = graded.map(({ timeMs }) => timeMs).sort((a, b) => a - b);
  return {
    avgTimeMs: sum(times) / times.length,
    medianTimeMs: sortedQuantile(times, 0.5),
    p95TimeMs: sortedQuantile(times, 0.95),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => (values.length === 0 ? undefined : sum(values) / values.length);
