import type { Serve } from '@whetstone/shared/contract';
import { isSplit, type FlagDocument } from './document.ts';

/** A variant under another name, everywhere its name stands. */
export function renamedVariant(document: FlagDocument, from: string, to: string): FlagDocument {
  const name = (variant: string) => (variant === from ? to : variant);
  const serve = (how: Serve): Serve => {
    if (!isSplit(how)) return { variant: name(how.variant) };
    const split = how.split.map((share) => ({ ...share, variant: name(share.variant) }));
    return { ...how, split, ...(how.otherwise !== undefined && { otherwise: name(how.otherwise) }) };
  };
  const rules = (list: FlagDocument['rules']) => list.map((rule) => ({ ...rule, serve: serve(rule.serve) }));
  const { overrides, schedule } = document;
  return {
    ...document,
    variants: Object.fromEntries(Object.entries(document.variants).map(([old, value]) => [name(old), value])),
    offVariant: name(document.offVariant),
    rules: rules(document.rules),
    fallthrough: serve(document.fallthrough),
    ...(overrides && { overrides: overrides.map((one) => ({ ...one, variant: name(one.variant) })) }),
    ...(schedule && {
      schedule: schedule.map(({ set, ...change }) => ({
        ...change,
        set: {
          ...set,
          ...(set.rules && { rules: rules(set.rules) }),
          ...(set.fallthrough && { fallthrough: serve(set.fallthrough) }),
        },
      })),
    }),
  };
}

/** Where a variant is used, in words; empty when it may go without a trace. */
export function usesOf(document: FlagDocument, variant: string): string[] {
  const served = (how: Serve) =>
    isSplit(how)
      ? how.otherwise === variant || how.split.some((share) => share.variant === variant)
      : how.variant === variant;
  return [
    ...(document.offVariant === variant ? ['off variant'] : []),
    ...document.rules.filter(({ serve }) => served(serve)).map(({ id }) => `rule ${id}`),
    ...(served(document.fallthrough) ? ['fallthrough'] : []),
    ...(document.overrides ?? [])
      .filter((one) => one.variant === variant)
      .map(({ values }) => `override of ${values[0]}`),
    ...(document.schedule ?? [])
      .filter(
        ({ set }) => (set.fallthrough && served(set.fallthrough)) || set.rules?.some(({ serve }) => served(serve)),
      )
      .map(({ at }) => `change scheduled for ${at}`),
  ];
}
