import { WhetstoneError } from '@whetstone/shared/errors';
import { cautiousChances } from './cautious.ts';
import type { History } from './history.ts';
import { judgeEnds } from './judge-ends.ts';
import { chanceWithin, likeliestSpan, shortestSpan, type Span } from './narrow.ts';
import { byInformation } from './next-index.ts';
import { posteriorOf, type Posterior } from './posterior.ts';

export interface BisectRules {
  /** Chance at which a version is named. */
  confidence: number;
  /** Runs at each end before the search. */
  seedRuns: number;
  /** Runs of the search, the seed's apart. */
  maxRuns: number;
}

export type Move =
  /** So many more at the good and at the bad end. */
  | { kind: 'seed'; good: number; bad: number }
  | { kind: 'run'; index: number }
  | { kind: 'answer'; answer: BisectAnswer };

export type BisectAnswer =
  | ({ kind: 'commit' } & Span)
  /** Why it is no single one: no runs are left, or those in between cannot be tested. */
  | ({ kind: 'range'; why: 'spent' | 'untestable' } & Span)
  | { kind: 'none'; p: number }
  | { kind: 'flipped'; p: number };

/** The version to run next; other rules are tried against this one in simulations. */
export type Choose = (history: History, posterior: Posterior) => number | undefined;

/** What to do next, from nothing but what was seen: whoever stopped in the middle goes on as if they had not. */
export function nextMove(history: History, rules: BisectRules, choose: Choose = byInformation): Move {
  const { positions } = history;
  refuseSkippedEnds(history);
  const ends = judgeEnds(history, rules.seedRuns);
  const [good, bad] = [positions[0]!, positions.at(-1)!];
  if (ends.kind === 'lacking') return { kind: 'seed', good: ends.perEnd - good.runs, bad: ends.perEnd - bad.runs };
  if (ends.kind === 'same') return { kind: 'answer', answer: { kind: 'none', p: ends.p } };
  if (ends.kind === 'flipped') return { kind: 'answer', answer: { kind: 'flipped', p: ends.p } };

  const posterior = posteriorOf(history);
  const cautious = cautiousChances(history);
  const span = likeliestSpan(history, posterior.chances);
  if (span.chance >= rules.confidence && chanceWithin(span, cautious) >= rules.confidence)
    return {
      kind: 'answer',
      answer: span.from === span.to ? { kind: 'commit', ...span } : { kind: 'range', why: 'untestable', ...span },
    };
  const index = searchRuns(history) < rules.maxRuns ? choose(history, posterior) : undefined;
  if (index !== undefined) return { kind: 'run', index };
  const why = searchRuns(history) < rules.maxRuns ? 'untestable' : 'spent';
  const spans = [posterior.chances, cautious].map((chances) => shortestSpan(chances, rules.confidence));
  const widest = spans.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  return { kind: 'answer', answer: { kind: 'range', why, ...widest } };
}

/** Runs between the ends. */
export const searchRuns = ({ positions }: History) => positions.slice(1, -1).reduce((sum, { runs }) => sum + runs, 0);

function refuseSkippedEnds({ positions }: History) {
  const name = positions[0]!.isSkipped ? 'good' : positions.at(-1)!.isSkipped ? 'bad' : undefined;
  if (name)
    throw new WhetstoneError(
      'invalid',
      `the ${name} end cannot be tested: name one that can, since both ends are what all others are compared with`,
    );
}
