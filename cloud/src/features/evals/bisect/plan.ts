import {
  historyOf,
  nextMove,
  searchRuns,
  sentenceOf,
  type BisectAnswer,
  type History,
  type Observation,
} from '@whetstone/evals';
import type { Bisect } from '@whetstone/shared/contract';
import type { BisectRow, StepPhase, StepRow } from './bisect-row.ts';

/** What a bisect does next. */
export type Plan =
  | { kind: 'wait' }
  | { kind: 'start'; steps: { phase: StepPhase; candidate: number }[] }
  /** Both scans have ended: which problems tell the ends apart is to be read from these runs. */
  | { kind: 'choose'; good: string; bad: string }
  | {
      kind: 'end';
      status: 'found' | 'range' | 'no_difference';
      answer: NonNullable<Bisect['answer']>;
      failure?: string;
    }
  | { kind: 'fail'; failure: string };

export type PlannedBisect = Pick<BisectRow, 'request' | 'candidates' | 'problems' | 'maxRuns' | 'resumedAfter'>;

/** Runs at the ends that are under way at one time. */
const lanes = 4;
/** Runs one after the other that gave no verdict; then somebody has to look. */
const mostErrors = 3;

/** From nothing but what is stored, so that it does not matter how often it is asked or by whom. */
export function planOf(bisect: PlannedBisect, steps: readonly StepRow[]): Plan {
  const { request, candidates, problems } = bisect;
  const last = candidates.length - 1;
  const open = steps.filter(({ verdict }) => verdict === null);
  if (errorsInARow(steps, bisect.resumedAfter) >= mostErrors)
    return {
      kind: 'fail',
      failure: `${mostErrors} runs one after the other gave no verdict, the last of them ${steps.at(-1)!.runId}: see why, then resume`,
    };

  if (!problems) {
    const scans = [0, last].map((candidate) => {
      return steps.find((step) => step.phase === 'scan' && step.candidate === candidate && step.verdict !== 'error');
    });
    const lacking = [0, last].filter((_, place) => !scans[place]);
    if (lacking.length > 0) return { kind: 'start', steps: lacking.map((candidate) => ({ phase: 'scan', candidate })) };
    if (open.length > 0) return { kind: 'wait' };
    return { kind: 'choose', good: scans[0]!.runId, bad: scans[1]!.runId };
  }

  const history = seenOf(candidates.length, steps);
  const { confidence, seedRuns } = request;
  const move = nextMove(history, { confidence, seedRuns, maxRuns: bisect.maxRuns });
  if (move.kind === 'answer') return open.length > 0 ? { kind: 'wait' } : ended(move.answer, history, bisect);
  if (move.kind === 'run') {
    if (open.length > 0) return { kind: 'wait' };
    return { kind: 'start', steps: [{ phase: 'search', candidate: move.index }] };
  }
  const openAt = (candidate: number) => open.filter((step) => step.candidate === candidate).length;
  const wanted = [
    ...Array.from({ length: Math.max(0, move.good - openAt(0)) }, (_, place) => ({ place, candidate: 0 })),
    ...Array.from({ length: Math.max(0, move.bad - openAt(last)) }, (_, place) => ({ place, candidate: last })),
  ].toSorted((a, b) => a.place - b.place);
  const free = wanted.slice(0, Math.max(0, lanes - open.length));
  if (free.length === 0) return { kind: 'wait' };
  return { kind: 'start', steps: free.map(({ candidate }) => ({ phase: 'seed', candidate })) };
}

/** What the ended steps have shown; scans and runs without a verdict show nothing. */
export function seenOf(size: number, steps: readonly Pick<StepRow, 'candidate' | 'verdict'>[]): History {
  const seen = steps.flatMap(({ candidate, verdict }): Observation[] =>
    verdict === 'passed' || verdict === 'failed' ? [{ index: candidate, outcome: verdict }] : [],
  );
  return historyOf(size, seen);
}

/** The answer that stands when nothing more may be spent; none while the ends are not told apart. */
export function planWithoutMoney(bisect: PlannedBisect, steps: readonly StepRow[], failure: string): Plan {
  const spent = planOf({ ...bisect, maxRuns: searchRuns(seenOf(bisect.candidates.length, steps)) }, steps);
  if (spent.kind === 'wait') return spent;
  return spent.kind === 'end' ? { ...spent, failure } : { kind: 'fail', failure };
}

function ended(answer: BisectAnswer, history: History, { request, candidates }: PlannedBisect): Plan {
  const noun = request.over.kind === 'commits' ? 'commit' : 'version';
  const nameOf = (index: number) => candidateName(candidates[index]!);
  const sentence = sentenceOf(answer, history, { noun, nameOf });
  switch (answer.kind) {
    case 'commit':
    case 'range': {
      const { kind, from, to, chance: confidence } = answer;
      return {
        kind: 'end',
        status: kind === 'commit' ? 'found' : 'range',
        answer: { kind, from, to, confidence, sentence },
      };
    }
    case 'none':
      return {
        kind: 'end',
        status: 'no_difference',
        answer: { kind: 'none', from: null, to: null, confidence: null, sentence },
      };
    case 'flipped':
      return { kind: 'fail', failure: sentence };
  }
}

const candidateName = ({ name, title }: PlannedBisect['candidates'][number]) =>
  `${/^[0-9a-f]{40,64}$/.test(name) ? name.slice(0, 10) : name}${title === null ? '' : ` (${title})`}`;

function errorsInARow(steps: readonly StepRow[], resumedAfter: number): number {
  const since = steps.filter(({ number, verdict }) => number > resumedAfter && verdict !== null);
  const lastVerdict = since.findLastIndex(({ verdict }) => verdict !== 'error');
  return since.length - 1 - lastVerdict;
}
