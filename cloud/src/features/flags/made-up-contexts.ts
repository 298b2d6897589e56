import type { EvaluationContext, FlagDefinition, Serve } from '@whetstone/shared/contract';
import { isFirstClass } from '@whetstone/shared/flags';

/** Always the same units, so that two dry runs can be compared; each is all that the flags decide by. */
export function madeUpContexts(flags: FlagDefinition[], count: number): EvaluationContext[] {
  const units = new Set(['userId', ...flags.flatMap(servesOf).flatMap(unitOf)]);
  return Array.from({ length: count }, (_, i) => {
    const entries = [...units].map((name) => [name, `made-up-${i}`] as const);
    return {
      ...Object.fromEntries(entries.filter(([name]) => isFirstClass(name))),
      attributes: Object.fromEntries(entries.filter(([name]) => !isFirstClass(name))),
    };
  });
}

const servesOf = ({ rules, fallthrough, schedule = [] }: FlagDefinition): Serve[] => [
  ...[...rules, ...schedule.flatMap(({ set }) => set.rules ?? [])].map(({ serve }) => serve),
  fallthrough,
  ...schedule.flatMap(({ set }) => set.fallthrough ?? []),
];

const unitOf = (serve: Serve) => ('split' in serve && serve.by !== undefined ? [serve.by] : []);
