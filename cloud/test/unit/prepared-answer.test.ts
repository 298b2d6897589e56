import { compileTable } from '@whetstone/shared/portfolio';
import { expect, it } from 'vitest';
import { preparedAnswers } from '../../src/features/portfolio/serve/recommendations/prepared-answer.ts';
import { cell, emptyTable, noChance } from '../../../shared/test/portfolio/support.ts';

const table = {
  ...emptyTable(['careful "one"', 'quick', 'unknown']),
  cells: [
    cell('global', '', [
      { n: 200, solved: 180, costUsd: 0.2, timeMs: 9_000 },
      { n: 200, solved: 150, costUsd: 0.01 },
    ]),
  ],
};

it('an answer that is made once reads as if it had been made into JSON each time, with the id of each', () => {
  const { recommend } = compileTable(table);
  const prepared = preparedAnswers();
  for (const request of [{}, { taskType: 'refactor', verify: 'tests' as const }, { maxCost: 0.05 }, { maxCost: 0 }]) {
    const decision = recommend(request, noChance);
    for (const recommendationId of ['a', 'b'])
      expect(JSON.parse(prepared(decision).json(recommendationId))).toEqual({
        recommendationId,
        ...(JSON.parse(JSON.stringify(decision.answer)) as object),
      });
    expect(prepared(recommend(request, noChance))).toBe(prepared(decision));
  }
});
