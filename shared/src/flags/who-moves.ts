import type { EvaluationContext } from '../contract/flags.ts';
import type { Moves, Transition } from '../contract/flag-history.ts';
import { evaluate } from './evaluate.ts';
import type { CompiledRuleset } from './ruleset.ts';
import { unitOf } from './unit.ts';

type Step = Pick<Transition, 'from' | 'to'>;

const maxExamples = 5;

/**
 * Counts whom a change gives another variant: each context evaluated in both rulesets by one clock. A flag that is not in a
 * ruleset serves null. One context at a time, so that who counts many can let others have their turn between them.
 */
export function moveCounter(before: CompiledRuleset, after: CompiledRuleset, key: string, nowMs: number) {
  const found = new Map<string, Step & { count: number; contexts: EvaluationContext[] }>();
  let examined = 0;
  const largestFirst = () => [...found.values()].toSorted((a, b) => b.count - a.count);

  return {
    see(context: EvaluationContext): void {
      const from = evaluate(before, key, context, { nowMs })?.variant ?? null;
      const to = evaluate(after, key, context, { nowMs })?.variant ?? null;
      // Neither empty nor with a blank in it: names of variants are of a grammar.
      const pair = `${from ?? ''} ${to ?? ''}`;
      const transition = found.get(pair) ?? { from, to, count: 0, contexts: [] };
      transition.count++;
      if (transition.contexts.length < maxExamples) transition.contexts.push(context);
      found.set(pair, transition);
      examined++;
    },

    /** The largest transition first; `examples` are the first contexts of each. */
    moves(): Pick<Moves, 'examined' | 'moved' | 'transitions'> {
      const transitions = largestFirst().filter(({ from, to }) => from !== to);
      return {
        examined,
        moved: transitions.reduce((sum, { count }) => sum + count, 0),
        transitions: transitions.map(({ contexts, ...transition }) => ({
          ...transition,
          examples: contexts.map((context) => exampleOf(context, after.flags.has(key) ? after : before, key, nowMs)),
        })),
      };
    },

    /** The share of each pair of variants, those included that do not move: they sum to 1. */
    shares: (): Moves['simulated'] =>
      largestFirst().map(({ from, to, count }) => ({ from, to, share: count / examined })),
  };
}

function exampleOf(context: EvaluationContext, ruleset: CompiledRuleset, key: string, nowMs: number) {
  const evaluation = evaluate(ruleset, key, context, { nowMs });
  const { userId, repoId } = context;
  return {
    unit: (evaluation && unitOf(ruleset, evaluation, context, nowMs)) ?? null,
    ...(userId !== undefined && { userId }),
    ...(repoId !== undefined && { repoId }),
  };
}
