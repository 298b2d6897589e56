import type { EvalRunRequest } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { DatasetRow, RunRow } from '../runs/repository.ts';

interface Given {
  run: Pick<RunRow, 'id' | 'request'>;
  dataset: Pick<DatasetRow, 'problemIds'>;
  /** Of a subject of recorded samples: what was graded. */
  answers: readonly { problem: number; kind: string; text: string }[];
  samplesPerProblem: number;
}

/** What a rerun takes at most; a request takes no more samples either. */
const mostSamples = 20_000;

/**
 * All problems of a run again, so many times. It carries no flag: what it measures is the old run, not a new one. Recorded
 * samples are not asked again; the same answers are graded so many times.
 */
export function rerunRequest({ run, dataset, answers, samplesPerProblem }: Given): EvalRunRequest {
  const { flag: _1, budgetUsd: _2, tags: _3, problems: _4, samplesPerProblem: _5, ...request } = run.request;
  const { subject } = request;
  if (subject.kind !== 'samples') return { ...request, samplesPerProblem };
  if (answers.length === 0)
    throw new WhetstoneError('conflict', `the recorded answers of run ${run.id} are no longer kept`);
  if (answers.some(({ kind }) => kind === 'patch'))
    throw new WhetstoneError('conflict', 'recorded patches cannot be graded again');
  const repeats = Math.max(1, Math.min(samplesPerProblem, Math.floor(mostSamples / answers.length)));
  const samples = answers.flatMap(({ problem, kind, text }) =>
    Array.from({ length: repeats }, () => ({
      task_id: dataset.problemIds[problem]!,
      ...(kind === 'completion' ? { completion: text } : { solution: kind === 'none' ? '' : text }),
    })),
  );
  const { datasetFile: _6, ...recorded } = subject;
  return { ...request, subject: { ...recorded, samples, allowDuplicates: true } };
}
