import { FlagDraft } from '@whetstone/shared/contract';
import { compileRuleset } from '@whetstone/shared/flags';
import { expect, it } from 'vitest';
import { definitionOf } from '../../src/features/flags/definition.ts';
import { lookAtMany } from '../../src/features/flags/look-at-many.ts';
import { countMoves } from '../../src/features/flags/moves.ts';
import { slices } from '../../src/features/flags/slices.ts';
import { aFlag } from '../support/flags.ts';

it('counting who moves lets others have their turn in between', async () => {
  const fallthrough = { split: [{ variant: 'on', weight: 1 }], coverage: 25 };
  const flag = definitionOf(FlagDraft.parse(aFlag('any', { rules: [], fallthrough })));
  const at = new Date(0).toISOString();
  const compiled = compileRuleset({ revision: 1, flags: [{ ...flag, version: 1, createdAt: at, updatedAt: at }] })!;
  let ms = 0;
  // A clock by which each unit takes a millisecond, so that a slice is five of them.
  const each = slices({ steadyMs: () => ms++ });
  let turns = 0;
  let isDone = false;
  const others = (async () => {
    for (; !isDone; turns++) await new Promise(setImmediate);
  })();
  const move = { key: 'any', before: compiled, after: compiled, documents: [flag], known: [], nowMs: 0 };
  const { examined, moved, simulated } = await countMoves(move, lookAtMany({ each, steadyMs: () => 0 }));
  isDone = true;
  await others;
  expect(turns).toBeGreaterThan(1_000);
  expect([examined, moved]).toEqual([0, 0]);
  expect(simulated.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
});
