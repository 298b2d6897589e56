import { manifestIn, type ComparedRun, type SampleResult } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { FoundResult, FoundRun } from './repository.ts';

/** A run of the database in the form in which the harness compares those of a disk. Throws `conflict` for one that never began. */
export function recordedRun(
  run: FoundRun,
  problemIds: readonly string[],
  results: readonly FoundResult[],
): ComparedRun {
  if (run.manifest === null || run.manifestHash === null || run.startedAt === null)
    throw new WhetstoneError('conflict', `run ${run.id} is ${run.status} and has not begun; compare it when it has`);
  const manifest = manifestIn(run.manifest);
  return {
    directory: `run ${run.id}`,
    manifest,
    record: { manifest, manifestHash: run.manifestHash, origin: { startedAt: run.startedAt.toISOString() } },
    results: results.map(({ problem, sample, status, timeMs, costUsd }): SampleResult => ({
      problemId: problemIds[problem]!,
      sampleIndex: sample,
      status,
      timeMs,
      ...(costUsd !== null && { costUsd }),
    })),
  };
}
