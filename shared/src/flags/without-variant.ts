import type { FlagDefinition, Rule, Serve } from '../contract/flag-document.ts';

/**
 * The definition in which nobody gets a variant any more and everybody else keeps what they have: in each split its share
 * goes to whoever is outside the coverage (`otherwise`, else the off variant), in its own place, so that no border moves;
 * where it is served alone, as `otherwise` or by an override, the off variant takes over. Scheduled changes included. The
 * variant itself stays defined, since other flags may name it. `undefined` for the off variant, which has nothing to give
 * way to; the very definition when the variant is served nowhere.
 */
export function withoutVariant(definition: FlagDefinition, variant: string): FlagDefinition | undefined {
  const { offVariant, fallthrough, rules, schedule, overrides } = definition;
  if (variant === offVariant) return undefined;
  const instead = (name: string, other: string) => (name === variant ? other : name);

  function serveWithout(serve: Serve): Serve {
    if ('variant' in serve) return { variant: instead(serve.variant, offVariant) };
    const outside = instead(serve.otherwise ?? offVariant, offVariant);
    return {
      ...serve,
      split: serve.split.map((share) => ({ ...share, variant: instead(share.variant, outside) })),
      ...(serve.otherwise !== undefined && { otherwise: outside }),
    };
  }
  const rulesWithout = (list: Rule[]) => list.map((rule) => ({ ...rule, serve: serveWithout(rule.serve) }));

  if (!isServed(definition, variant)) return definition;
  return {
    ...definition,
    rules: rulesWithout(rules),
    fallthrough: serveWithout(fallthrough),
    ...(overrides && {
      overrides: overrides.map((override) => ({ ...override, variant: instead(override.variant, offVariant) })),
    }),
    ...(schedule && {
      schedule: schedule.map(({ at, set }) => ({
        at,
        set: {
          ...set,
          ...(set.rules && { rules: rulesWithout(set.rules) }),
          ...(set.fallthrough && { fallthrough: serveWithout(set.fallthrough) }),
        },
      })),
    }),
  };
}

function isServed({ rules, fallthrough, schedule = [], overrides = [] }: FlagDefinition, variant: string): boolean {
  const serves = [
    ...[...rules, ...schedule.flatMap(({ set }) => set.rules ?? [])].map(({ serve }) => serve),
    fallthrough,
    ...schedule.flatMap(({ set }) => set.fallthrough ?? []),
  ];
  const named = serves.flatMap((serve) =>
    'variant' in serve ? serve.variant : [serve.otherwise, ...serve.split.map((share) => share.variant)],
  );
  return [...named, ...overrides.map((override) => override.variant)].includes(variant);
}
