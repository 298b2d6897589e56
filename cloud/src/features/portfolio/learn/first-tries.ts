import { cellsOf, currentEpoch, expectedSuccess, type CellCount, type Epoch } from '@whetstone/shared/portfolio';
import { attemptOf, type Counted } from '../counted.ts';
import { cellId } from './apply-counts.ts';
import type { ModelTry } from './drift-memory.ts';

/**
 * What is watched of outcomes: the first tries at work, those that say something of a model, in the order of their ends. Each is
 * compared with what the cells of its model's epoch had of such tasks; nothing that ended before the epoch is looked at.
 */
export function firstTries(
  outcomes: readonly Counted[],
  epochs: readonly Epoch[],
  before: ReadonlyMap<string, CellCount>,
): ModelTry[] {
  const inOrder = outcomes.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const models = new Map(
    [...new Set(inOrder.map(({ model }) => model))].map((model) => [model, currentEpoch(epochs, model)]),
  );
  return inOrder.flatMap((outcome) => {
    const epoch = models.get(outcome.model);
    const { origin, attempt, verdict, likeness, model } = attemptOf(outcome, () => epoch?.epoch ?? 0);
    if (origin !== 'work' || (attempt ?? 1) > 1 || (verdict !== 'solved' && verdict !== 'failed')) return [];
    if (epoch && outcome.at < new Date(epoch.since)) return [];
    const cells = cellsOf(likeness).map((cell) => {
      const known = before.get(cellId({ origin, epoch: epoch?.epoch ?? 0, ...cell, model }));
      return known ?? { n: 0, solved: 0 };
    });
    const expected = expectedSuccess(cells);
    return expected === undefined
      ? []
      : { model, at: outcome.at.toISOString(), solved: verdict === 'solved', expected };
  });
}
