import type { ProjectTx } from '../../../platform/db/database.ts';
import { runRepository, type ListedRun } from './repository.ts';

interface Arm {
  passed: number;
  graded: number;
  costUsd: number | null;
}

export type RunPair =
  | { kind: 'under_way' }
  /** A sentence that names the run. */
  | { kind: 'failed'; reason: string; isCancelled: boolean }
  | { kind: 'completed'; pairs: { problem: number; without: Arm; with: Arm; cluster?: string }[] };

/** What came of the same problems in two runs, problem by problem, once both have ended. */
export async function runPair(tx: ProjectTx, ids: { without: string; with: string }): Promise<RunPair> {
  const runs = [await runRepository.glance(tx, ids.without), await runRepository.glance(tx, ids.with)];
  const [first, second] = runs;
  if (!first || !second) return failed('a run of the gate is not there any more');
  const broken = [first, second].find(({ status }) => status === 'failed' || status === 'cancelled');
  if (broken) return { ...failed(sentenceOf(broken)), isCancelled: broken.status === 'cancelled' };
  if (first.status !== 'completed' || second.status !== 'completed') return { kind: 'under_way' };
  if (first.datasetId !== second.datasetId)
    return failed(`the data set "${first.dataset}" changed between the two runs of the gate`);
  const dataset = (await runRepository.dataset(tx, first.datasetId))!;
  const costs = await runRepository.armsOf(tx, [first.id, second.id]);
  const before = new Map(costs.get(first.id)!.map(({ problem, ...arm }) => [problem, arm]));
  const pairs = costs.get(second.id)!.flatMap(({ problem, ...arm }) => {
    const without = before.get(problem);
    const cluster = dataset.clusters?.[dataset.problemIds[problem] ?? ''];
    return without ? [{ problem, without, with: arm, ...(cluster !== undefined && { cluster }) }] : [];
  });
  return { kind: 'completed', pairs };
}

const failed = (reason: string) => ({ kind: 'failed', reason, isCancelled: false }) as const;

const sentenceOf = ({ id, status, failure }: ListedRun) =>
  status === 'cancelled' ? `the run ${id} was cancelled` : `the run ${id} failed: ${failure ?? 'no reason given'}`;
