import { seededRandom } from '@whetstone/shared/stats';
import { historyOf, type Observation } from './history.ts';
import { nextMove, searchRuns, type BisectAnswer, type BisectRules, type Choose } from './next-move.ts';

export interface Simulation {
  /** Versions after the good one. */
  commits: number;
  failsBefore: number;
  failsAfter: number;
  rules: BisectRules;
  histories: number;
  seed: number;
  choose?: Choose;
}

export interface SimulatedBisect {
  culprit: number;
  answer: BisectAnswer;
  searchRuns: number;
  seedRuns: number;
}

/** Histories with one change at a random place, each searched to its answer. */
export function simulateBisects({ commits, failsBefore, failsAfter, rules, histories, seed, choose }: Simulation) {
  const random = seededRandom(seed);
  return Array.from({ length: histories }, (): SimulatedBisect => {
    const culprit = 1 + Math.floor(random() * commits);
    const seen: Observation[] = [];
    const run = (index: number, times = 1) => {
      for (let time = 0; time < times; time++)
        seen.push({ index, outcome: random() < (index < culprit ? failsBefore : failsAfter) ? 'failed' : 'passed' });
    };
    for (;;) {
      const history = historyOf(commits + 1, seen);
      const move = nextMove(history, rules, choose);
      if (move.kind === 'answer') {
        const searched = searchRuns(history);
        return { culprit, answer: move.answer, searchRuns: searched, seedRuns: seen.length - searched };
      }
      if (move.kind === 'run') run(move.index);
      else {
        run(0, move.good);
        run(commits, move.bad);
      }
    }
  });
}

/** Whether the answer is true: the commit, or a range that holds it. */
export const isRight = ({ answer, culprit }: Pick<SimulatedBisect, 'answer' | 'culprit'>) =>
  (answer.kind === 'commit' || answer.kind === 'range') && answer.from <= culprit && culprit <= answer.to;
