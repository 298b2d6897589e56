import type { FlagDefinition } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { maxPrerequisiteDepth } from '@whetstone/shared/flags';
import { depthOf, pathBetween } from './graph.ts';
import { segmentComplaints, type Segments } from './segment-references.ts';

type Others = ReadonlyMap<string, FlagDefinition>;

/** What is wrong with the names a flag uses of the project around it: prerequisites that lack or go round, segments. */
export function referenceComplaints(flag: FlagDefinition, others: Others, segments: Segments): FieldError[] {
  const all = new Map(others).set(flag.key, flag);
  const next = (key: string) => (all.get(key)?.prerequisites ?? []).map((prerequisite) => prerequisite.flag);
  const complaints = (flag.prerequisites ?? []).flatMap(({ flag: key, variants }, i): FieldError[] => {
    const required = all.get(key);
    if (!required) return [{ path: `prerequisites.${i}.flag`, message: `no flag is called "${key}"` }];
    const cycle = pathBetween(key, flag.key, next);
    if (cycle)
      return [{ path: `prerequisites.${i}.flag`, message: `goes round: ${[flag.key, ...cycle].join(' -> ')}` }];
    if (depthOf(key, next) >= maxPrerequisiteDepth) {
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
export const brokenDependants = (key: string, gone: string[], others: Others): string[] =>
  [...others.values()]
    .filter(({ prerequisites = [] }) =>
      prerequisites.some(({ flag, variants }) => flag === key && variants.some((name) => gone.includes(name))),
    )
    .map((other) => other.key);
