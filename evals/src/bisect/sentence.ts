import { percent, pValue } from '../figures.ts';
import type { History } from './history.ts';
import type { BisectAnswer } from './next-move.ts';

export interface Named {
  /** What the versions are, as in "the first bad commit". */
  noun: string;
  nameOf: (index: number) => string;
}

/** The answer for people: what was found, how sure that is, and on what it rests. */
export function sentenceOf(answer: BisectAnswer, { positions }: History, { noun, nameOf }: Named): string {
  const last = positions.length - 1;
  const [good, bad] = [ratio(positions, 0, 1), ratio(positions, last, last + 1)];
  switch (answer.kind) {
    case 'commit':
      return `The first bad ${noun} is ${nameOf(answer.from)}, with a chance of ${percent(answer.chance)}. Before it ${ratio(positions, 0, answer.from)} runs failed, from it on ${ratio(positions, answer.from, last + 1)}.`;
    case 'range': {
      const why =
        answer.why === 'spent'
          ? 'The runs are spent; with more of them it can be narrowed.'
          : `No run can tell them apart, since those in between cannot be tested.`;
      return `The first bad ${noun} is one of the ${answer.to - answer.from + 1} from ${nameOf(answer.from)} to ${nameOf(answer.to)}, with a chance of ${percent(answer.chance)}. ${why}`;
    }
    case 'none':
      return `No difference: ${good} runs failed at the good end, ${bad} at the bad end (Fisher's exact test, one-sided p ${pValue(answer.p)}). There is nothing to search for that this test could see.`;
    case 'flipped':
      return `The ends are the wrong way round: ${good} runs failed at the end that is called good, ${bad} at the one that is called bad (p ${pValue(answer.p)}). To find where something was mended, turn the verdict of the test round.`;
  }
}

function ratio(positions: History['positions'], from: number, to: number): string {
  const part = positions.slice(from, to);
  const sum = (of: 'runs' | 'failures') => part.reduce((total, position) => total + position[of], 0);
  return `${sum('failures')} of ${sum('runs')}`;
}
