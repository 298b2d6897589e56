import type { SampleResult } from '@whetstone/evals';
import type { EvalResult, EvalRun } from '@whetstone/shared/contract';
import type { z } from 'zod';
import { bracketOf, doneOf, rateOf } from './progress.ts';
import type { ResultRow, RunRow } from './repository.ts';

/** A run as callers see it: figures of its end where there are any, else those of what is there. */
export function runView(run: RunRow): EvalRun {
  const { summary, request } = run;
  const { passed, failed, error, timeout, skipped } = run;
  const counts = { passed, failed, error, timeout, skipped };
  const rate = rateOf(counts);
  const versions = 'promptVersion' in request.subject ? request.subject : undefined;
  const guided = 'guidanceVersion' in request.subject ? request.subject : undefined;
  return {
    runId: run.id,
    status: run.status,
    dataset: run.dataset,
    datasetSha256: run.datasetSha256,
    subject: { id: run.subjectId, kind: run.subjectKind, label: run.subjectLabel },
    build: {
      id: run.buildId,
      ...(run.commit !== null && { commit: run.commit }),
      ...(versions?.promptVersion !== undefined && { promptVersion: versions.promptVersion }),
      ...(guided?.guidanceVersion !== undefined && { guidanceVersion: guided.guidanceVersion }),
    },
    purpose: run.purpose,
    ...(run.parentId !== null && { parentId: run.parentId }),
    ...(run.scheduleId !== null && { scheduleId: run.scheduleId }),
    ...(run.flagKey !== null && run.flagVariant !== null && { flag: { key: run.flagKey, variant: run.flagVariant } }),
    tags: run.tags,
    problemCount: run.problemCount,
    samplesPerProblem: run.samplesPerProblem,
    sampleCount: run.sampleCount,
    doneCount: doneOf(counts),
    isWhole: run.isWhole,
    counts,
    passRate: summary?.passRate ?? rate.passRate,
    interval: summary?.interval ?? rate.interval,
    bracket: bracketOf(counts, run.sampleCount),
    passAtK: summary?.passAtK ?? {},
    passHatK: summary?.passHatK ?? null,
    costUsd: summary?.costUsd ?? null,
    paidUsd: run.paidUsd,
    budgetUsd: run.budgetUsd,
    avgCostUsd: summary?.avgCostUsd ?? null,
    costPerSolvedUsd: summary?.costPerSolvedUsd ?? null,
    avgTimeMs: summary?.avgTimeMs ?? null,
    medianTimeMs: summary?.medianTimeMs ?? null,
    p95TimeMs: summary?.p95TimeMs ?? null,
    executor: run.manifest?.executor.tier ?? null,
    manifestHash: run.manifestHash,
    reportHash: summary?.reportHash ?? null,
    failure: run.failure,
    startedBy: run.startedBy,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    lastSeq: run.eventSeq,
  };
}

type ResultView = z.infer<typeof EvalResult>;

export const resultView = (row: ResultRow, problemId: string): ResultView => ({
  problemId,
  sampleIndex: row.sample,
  status: row.status,
  detail: row.detail,
  timeMs: row.timeMs,
  costUsd: row.costUsd,
  inputTokens: row.inputTokens,
  outputTokens: row.outputTokens,
  weaker: row.weaker,
});

export const freshResultView = (result: SampleResult): ResultView => ({
  problemId: result.problemId,
  sampleIndex: result.sampleIndex,
  status: result.status,
  detail: result.detail ?? null,
  timeMs: result.timeMs,
  costUsd: result.costUsd ?? null,
  inputTokens: result.inputTokens ?? null,
  outputTokens: result.outputTokens ?? null,
  weaker: result.weaker ?? false,
});

/** A row as the harness has its lines. */
export const sampleResult = (row: ResultRow, problemId: string): SampleResult => ({
  problemId,
  sampleIndex: row.sample,
  status: row.status,
  ...(row.detail !== null && { detail: row.detail }),
  timeMs: row.timeMs,
  ...(row.gradeMs !== null && { gradeMs: row.gradeMs }),
  ...(row.costUsd !== null && { costUsd: row.costUsd }),
  ...(row.inputTokens !== null && { inputTokens: row.inputTokens }),
  ...(row.outputTokens !== null && { outputTokens: row.outputTokens }),
  ...(row.answerSha256 !== null && { answerSha256: row.answerSha256 }),
  ...(row.weaker && { weaker: true }),
  ...(row.reused && { reused: true }),
});
