import { summarize, type RunSummary } from '@whetstone/evals';
import type { Logger } from 'pino';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { endRepository } from './end/repository.ts';
import type { EndedRun, OnRunEnded } from './ended-run.ts';
import { runRepository, type RunRow } from './repository.ts';
import { runView, sampleResult } from './run-view.ts';
import { shardRepository } from './shard/repository.ts';

export interface Ending {
  onEnded: readonly OnRunEnded[];
  wake: (runId: string) => void;
  log: Pick<Logger, 'info' | 'warn'>;
}

export type EndStatus = EndedRun['status'];

/**
 * Ends a run that is under way, once: its figures, the last event, and those whom it concerns, all in the caller's transaction.
 * False when it has ended already.
 */
export async function endRun(
  tx: ProjectTx,
  runId: string,
  { status, failure }: { status: EndStatus; failure: string | null },
  { onEnded, wake, log }: Ending,
): Promise<boolean> {
  if (!(await endRepository.end(tx, runId, status, failure))) return false;
  const ended = (await runRepository.find(tx, runId))!;
  const summary = await summaryOf(tx, ended);
  if (summary) await endRepository.keepSummary(tx, runId, summary);
  const seq = await endRepository.nextSeq(tx, runId);
  const run = (await runRepository.find(tx, runId))!;
  await shardRepository.insertEvents(tx, runId, [{ seq, type: 'done', data: { run: runView(run) } }]);
  tx.afterCommit(() => wake(runId));
  log.info({ runId, status, ...(failure !== null && { failure }) }, 'a run of evals has ended');
  const told = endedRun(run, status, summary);
  for (const tell of onEnded) await tell(tx, told);
  return true;
}

/** By the harness itself: the same figures and hashes as on the command line. Nothing where no shard ever began. */
async function summaryOf(tx: ProjectTx, run: RunRow): Promise<RunSummary | undefined> {
  const { manifest, manifestHash, startedAt } = run;
  if (!manifest || !manifestHash || !startedAt) return undefined;
  const dataset = (await runRepository.dataset(tx, run.datasetId))!;
  const rows = await runRepository.results(tx, run.id, {});
  const results = rows.map((row) => sampleResult(row, dataset.problemIds[row.problem]!));
  const record = { manifest, manifestHash, origin: { startedAt: startedAt.toISOString() } };
  return summarize(record, results, (run.finishedAt ?? tx.now).toISOString());
}

const endedRun = (run: RunRow, status: EndStatus, summary: RunSummary | undefined): EndedRun => ({
  id: run.id,
  status,
  datasetId: run.datasetId,
  dataset: run.dataset,
  subjectId: run.subjectId,
  buildId: run.buildId,
  purpose: run.purpose,
  parentId: run.parentId ?? undefined,
  scheduleId: run.scheduleId ?? undefined,
  commit: run.commit ?? undefined,
  flag: run.flagKey !== null && run.flagVariant !== null ? { key: run.flagKey, variant: run.flagVariant } : undefined,
  isWhole: run.isWhole,
  samplesPerProblem: run.samplesPerProblem,
  problemCount: run.problemCount,
  request: run.request,
  summary,
  createdAt: run.createdAt,
  finishedAt: run.finishedAt!,
});
