import type { Counts, SampleStatus } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { shortDetail } from '../bounded.ts';
import { progressOf } from '../progress.ts';
import { freshResultView } from '../run-view.ts';
import { shardRepository, type Claim, type Written } from './repository.ts';

/** Another worker has the shard now; what it finds is as good. */
export class ClaimLost extends WhetstoneError {
  constructor() {
    super('conflict', 'another worker has taken this part of the run over');
  }
}

/**
 * One short transaction: what was answered, paid and judged, the sums of the run, and the events that tell of it. Verdicts that
 * come after the end of a run (it was cancelled meanwhile) are left out; answers are kept, since they were paid for. False when
 * something was left out.
 */
export async function writeBatch(
  tx: ProjectTx,
  claim: Claim,
  batch: Written,
  wake: (runId: string) => void,
): Promise<boolean> {
  const { runId } = claim;
  const run = await shardRepository.lockRun(tx, runId);
  if (!(await shardRepository.isHeld(tx, claim, batch.releasedUsd))) throw new ClaimLost();
  await shardRepository.insertAnswers(tx, runId, batch.answers);
  const results = run?.status === 'running' ? batch.results.map(withShortDetail) : [];
  const written = await shardRepository.upsertResults(tx, runId, results);
  const events = written.length > 0 ? written.length + 1 : 0;
  const state = await shardRepository.count(tx, runId, {
    counts: changeOf(written, results),
    paidUsd: batch.paidUsd,
    releasedUsd: batch.releasedUsd,
    events,
  });
  const isWhole = results.length === batch.results.length;
  if (events === 0) return isWhole;
  const first = state.lastSeq - events + 1;
  const places = new Set(written.map(({ problem, sample }) => `${problem}.${sample}`));
  const told = results.filter(({ problem, result }) => places.has(`${problem}.${result.sampleIndex}`));
  await shardRepository.insertEvents(tx, runId, [
    ...told.map(({ result }, index) => ({
      seq: first + index,
      type: 'result',
      data: { result: freshResultView(result) },
    })),
    { seq: state.lastSeq, type: 'progress', data: progressOf(state.counts, state.sampleCount, state.paidUsd) },
  ]);
  tx.afterCommit(() => wake(runId));
  return isWhole;
}

const withShortDetail = ({ problem, result }: Written['results'][number]) => ({
  problem,
  result: result.detail === undefined ? result : { ...result, detail: shortDetail(result.detail) },
});

/** What the sums of a run change by. */
export function changeOf(
  written: readonly { problem: number; sample: number; before: SampleStatus | undefined }[],
  results: Written['results'],
): Counts {
  const change: Counts = { passed: 0, failed: 0, error: 0, timeout: 0, skipped: 0 };
  const statuses = new Map(results.map(({ problem, result }) => [`${problem}.${result.sampleIndex}`, result.status]));
  for (const { problem, sample, before } of written) {
    change[statuses.get(`${problem}.${sample}`)!] += 1;
    if (before) change[before] -= 1;
  }
  return change;
}
