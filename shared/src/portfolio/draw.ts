import type { Situation } from './decide.ts';
import { thompsonShares } from './explore.ts';
import type { Chosen } from './reason.ts';

/** One way in which the answer may come about, and how often it does. */
export interface Draw {
  model: number;
  chosen: Chosen;
  chance: number;
}

/**
 * Everything that may be drawn: the arms of a trial for their share of the tasks; of the others, a share to learn from; else
 * the usual answer. The chances sum to 1.
 */
export function drawsOf(situation: Situation, exploring: number): Draw[] {
  const { trial, usual, eligible, margin, ids, pin } = situation;
  const indexOf = (id: string) => eligible.find(({ model }) => ids[model] === id)!.model;
  const arms: Draw[] = trial
    ? [trial.challenger, trial.incumbent].map((id) => ({ model: indexOf(id), chosen: 'trial', chance: trial.share }))
    : [];
  const rest = 1 - arms.reduce((sum, { chance }) => sum + chance, 0);
  const share = pin ? 0 : exploring;
  const explored: Draw[] =
    share === 0
      ? []
      : [...thompsonShares(eligible, margin)].map(([model, won]) => ({
          model,
          // What learning and habit agree on is the usual answer, with its plan.
          chosen: model === usual.model ? 'usual' : 'explored',
          chance: rest * share * won,
        }));
  const all: Draw[] = [...arms, ...explored, { model: usual.model, chosen: 'usual', chance: rest * (1 - share) }];
  return all.filter(({ chance }) => chance > 0);
}

/** The chance of a model to be the answer, however that comes about. */
export const propensityOf = (draws: readonly Draw[], model: number): number =>
  draws.reduce((sum, draw) => sum + (draw.model === model ? draw.chance : 0), 0);
