import type { FlagDefinition } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { maxPrerequisiteDepth } from '@whetstone/shared/flags';
import { chains, type Chains } from './graph.ts';
import { segmentComplaints, type Segments } from './segment-references.ts';

type Flags = ReadonlyMap<string, FlagDefinition>;

export const prerequisiteChains = (flags: Flags): Chains =>
  chains((key) => (flags.get(key)?.prerequisites ?? []).map((prerequisite) => prerequisite.flag));

/**
 * What is wrong with the names a flag uses of the project around it: prerequisites that lack or go round, segments. `all`:
 * the flags as they would be, it among them. A circle that it leads to and is no part of is the fault of others.
 */
export function referenceComplaints(
  flag: FlagDefinition,
  all: Flags,
  segments: Segments,
  { depth, path }: Chains = prerequisiteChains(all),
): FieldError[] {
  const complaints = (flag.prerequisites ?? []).flatMap(({ flag: key, variants }, i): FieldError[] => {
    const required = all.get(key);
    if (!required) return [{ path: `prerequisites.${i}.flag`, message: `no flag is called "${key}"` }];
    const length = depth(key);
    const cycle = length === Infinity ? path(key, flag.key) : undefined;
    if (cycle)
      return [{ path: `prerequisites.${i}.flag`, message: `goes round: ${[flag.key, ...cycle].join(' -> ')}` }];
    if (length >= maxPrerequisiteDepth && length < Infinity) {
      const message = `the chain behind it is longer than ${maxPrerequisiteDepth} flags`;
      return [{ path: `prerequisites.${i}.flag`, message }];
    }
    return variants.flatMap((variant, j) =>
      Object.hasOwn(required.variants, variant)
        ? []
        : [{ path: `prerequisites.${i}.variants.${j}`, message: `"${key}" has no variant "${variant}"` }],
    );
  });
  return [...complaints, ...segmentComplaints(flag, segments)];
}

/** The flags with a prerequisite that names one of the variants that `key` is about to lose. */
export const brokenDependants = (key: string, gone: string[], others: Iterable<FlagDefinition>): string[] =>
  [...others]
    .filter(({ prerequisites = [] }) =>
      prerequisites.some(({ flag, variants }) => flag === key && variants.some((name) => gone.includes(name))),
    )
    .map((other) => other.key);
