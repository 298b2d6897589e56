import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvaluationContext } from '../../src/contract/flags.ts';
import { compileRuleset, evaluate, moveCounter, type CompiledRuleset } from '../../src/flags/index.ts';
import { asFlag, context, definition, time } from './arbitrary-flags.ts';
import { compiled, flagWith } from './support.ts';

const split = (coverage: number) => flagWith({ fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage } });
const users = Array.from({ length: 10_000 }, (_, i) => ({ userId: `user-${i}`, repoId: 'acme/api' }));

function counted(
  before: CompiledRuleset,
  after: CompiledRuleset,
  key: string,
  who: EvaluationContext[],
  nowMs: number,
) {
  const counter = moveCounter(before, after, key, nowMs);
  for (const context of who) counter.see(context);
  return counter;
}
const whoMoves = (...asked: Parameters<typeof counted>) => counted(...asked).moves();

describe('who moves', () => {
  it('says from what to what, how many, and whom for instance', () => {
    const { examined, moved, transitions } = whoMoves(
      compiled(split(10)),
      compiled(split(30)),
      'new-fixer-prompt',
      users,
      0,
    );
    expect(examined).toBe(10_000);
    expect(transitions).toHaveLength(1);
    expect(transitions[0]).toMatchObject({ from: 'off', to: 'on', count: moved });
    expect(moved / examined).toBeCloseTo(0.2, 1);
    expect(transitions[0]!.examples).toHaveLength(5);
    const { unit, userId, repoId } = transitions[0]!.examples[0]!;
    expect({ unit, repoId }).toEqual({ unit: userId, repoId: 'acme/api' });
  });

  it('names those whom a new flag takes in, and whom an archived one leaves alone, as coming from and going to null', () => {
    const [without, on] = [compiled(), compiled(flagWith())];
    const [ann] = users;
    expect(whoMoves(without, on, 'new-fixer-prompt', [ann!], 0).transitions).toMatchObject([{ from: null, to: 'on' }]);
    expect(whoMoves(on, without, 'new-fixer-prompt', [ann!], 0).transitions).toMatchObject([{ from: 'on', to: null }]);
  });

  it('gives shares that sum to 1, those included that stay', () => {
    const shares = counted(compiled(split(10)), compiled(split(30)), 'new-fixer-prompt', users, 0).shares();
    expect(shares.map(({ from, to }) => [from, to])).toEqual([
      ['off', 'off'],
      ['off', 'on'],
      ['on', 'on'],
    ]);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('agrees with evaluating each context in both, for any two flags', () => {
    fc.assert(
      fc.property(definition, definition, fc.array(context, { maxLength: 20 }), time, (a, b, contexts, nowMs) => {
        const [before, after] = [a, b].map((each) => compileRuleset({ revision: 1, flags: [asFlag(each)] })!);
        const moves = contexts
          .map((who) => [before, after].map((rules) => evaluate(rules!, 'any', who, { nowMs })?.variant))
          .filter(([from, to]) => from !== to);
        const found = whoMoves(before!, after!, 'any', contexts, nowMs);
        expect(found).toMatchObject({ examined: contexts.length, moved: moves.length });
        for (const { from, to, count, examples } of found.transitions) {
          expect(moves.filter((pair) => pair[0] === from && pair[1] === to)).toHaveLength(count);
          expect(examples).toHaveLength(Math.min(count, 5));
        }
      }),
      { numRuns: 500 },
    );
  });
});
