import type { EvalResult, EvalRun, LiveEvent } from '@whetstone/shared/contract';

/** A run as it is known: its figures, and the results that were seen, by problem and sample. */
export interface LiveRun {
  run: EvalRun;
  results: ReadonlyMap<string, EvalResult>;
}

export const keyOf = ({ problemId, sampleIndex }: Pick<EvalResult, 'problemId' | 'sampleIndex'>) =>
  `${problemId}\n${sampleIndex}`;

export const resultMap = (results: readonly EvalResult[]): ReadonlyMap<string, EvalResult> =>
  new Map(results.map((result) => [keyOf(result), result]));

/** Known results stay in their place, so that nothing moves under the eyes of who reads. */
function withResults({ run, results }: LiveRun, more: readonly EvalResult[]): LiveRun {
  return { run, results: new Map([...results, ...resultMap(more)]) };
}

/** What an event makes of it. One that was seen before changes nothing. */
export function afterEvent(known: LiveRun, event: LiveEvent): LiveRun {
  if (event.seq <= known.run.lastSeq) return known;
  if (event.type === 'done') return { ...known, run: event.run };
  const run = { ...known.run, lastSeq: event.seq };
  if (event.type === 'result') return withResults({ ...known, run }, [event.result]);
  const { done, counts, passRate, interval, paidUsd } = event;
  const status = run.status === 'queued' ? 'running' : run.status;
  return { ...known, run: { ...run, status, doneCount: done, counts, passRate, interval, paidUsd } };
}
