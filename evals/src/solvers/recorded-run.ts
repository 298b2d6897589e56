import { WhetstoneError } from '@whetstone/shared/errors';
import type { RecordedRun } from '../run/read-run.ts';
import type { Solver, SubjectManifest } from './solver.ts';

/** Answers as an earlier run recorded them: the same subject, nobody asked. What they cost then is told, and not paid again. */
export function recordedRunSolver(run: RecordedRun): Solver {
  return {
    subject: run.manifest.subject satisfies SubjectManifest,
    lacks: ({ id }, sampleIndex) =>
      run.hasGeneration(id, sampleIndex) ? undefined : 'the run that is graded again has no answer to it',
    async solve({ id }, sampleIndex) {
      const generation = await run.generations(id, sampleIndex);
      if (!generation) throw new WhetstoneError('conflict', `${run.directory} has lost sample ${sampleIndex} of ${id}`);
      const { answer, usage, solveMs, transcript } = generation;
      return { answer, usage, solveMs, ...(transcript && { transcript }), reused: true };
    },
  };
}
