import type { SampleResult } from '@whetstone/evals';
import type { EvalResult, EvalRun } from '@whetstone/shared/contract';
import type { z } from 'zod';
import { bracketOf, doneOf, rateOf } from './progress.ts';
import type { ListedRun, ResultRow } from './repository.ts';

/** A run as callers see it: figures of its end where there are any, else those of what is there. */
export function runView(run: ListedRun): EvalRun {
  const { figures } = run;
  const { passed, failed, error, timeout, skipped } = run;
  const counts = { passed, failed, error, timeout, skipped };
  const rate = rateOf(counts);
  return {
    runId: run.id,
    status: run.status,
    dataset: run.dataset,
    datasetSha256: run.datasetSha256,
    subject: { id: run.subjectId, kind: run.subjectKind, label: run.subjectLabel },
    build: {
      id: run.buildId,
      ...(run.commit !== null && { commit: run.commit }),
      ...(run.promptVersion !== null && { promptVersion: run.promptVersion }),
      ...(run.guidanceVersion !== null && { guidanceVersion: run.guidanceVersion }),
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
    passRate: figures?.passRate ?? rate.passRate,
    interval: figures?.interval ?? rate.interval,
    bracket: bracketOf(counts, run.sampleCount),
    passAtK: figures?.passAtK ?? {},
    passHatK: figures?.passHatK ?? null,
    costUsd: figures?.costUsd ?? null,
    paidUsd: run.paidUsd,
    budgetUsd: run.budgetUsd,
    avgCostUsd: figures?.avgCostUsd ?? null,
    costPerSolvedUsd: figures?.costPerSolvedUsd ?? null,
    avgTimeMs: figures?.avgTimeMs ?? null,
    medianTimeMs: figures?.medianTimeMs ?? null,
    p95TimeMs: figures?.p95TimeMs ?? null,
    executor: run.executor,
    manifestHash: run.manifestHash,
    reportHash: figures?.reportHash ?? null,
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
