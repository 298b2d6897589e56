import type { Condition, FlagDefinition, Rule } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { maxPrerequisiteDepth } from '@whetstone/shared/flags';

type Others = ReadonlyMap<string, FlagDefinition>;

/** What is wrong with the names a flag uses of the project around it: prerequisites that lack or go round, segments. */
export function referenceComplaints(flag: FlagDefinition, others: Others): FieldError[] {
  const all = new Map(others).set(flag.key, flag);
  const complaints = (flag.prerequisites ?? []).flatMap(({ flag: key, variants }, i): FieldError[] => {
    const required = all.get(key);
    if (!required) return [{ path: `prerequisites.${i}.flag`, message: `no flag is called "${key}"` }];
    const cycle = pathBack(key, flag.key, all);
    if (cycle)
      return [{ path: `prerequisites.${i}.flag`, message: `goes round: ${[flag.key, ...cycle].join(' -> ')}` }];
    if (depthOf(key, all) >= maxPrerequisiteDepth) {
      const message = `the chain behind it is longer than ${maxPrerequisiteDepth} flags`;
      return [{ path: `prerequisites.${i}.flag`, message }];
    }
    return variants.flatMap((variant, j) =>
      Object.hasOwn(required.variants, variant)
        ? []
        : [{ path: `prerequisites.${i}.variants.${j}`, message: `"${key}" has no variant "${variant}"` }],
    );
  });
  return [...complaints, ...unknownSegments(flag)];
}

/** The flags with a prerequisite that names one of the variants that `key` is about to lose. */
export const brokenDependants = (key: string, gone: string[], others: Others): string[] =>
  [...others.values()]
    .filter(({ prerequisites = [] }) =>
      prerequisites.some(({ flag, variants }) => flag === key && variants.some((name) => gone.includes(name))),
    )
    .map((other) => other.key);

/** How many flags the longest chain from a flag on has, itself included. Each is measured once, however many lead to it. */
function depthOf(key: string, flags: Others, measured = new Map<string, number>()): number {
  const known = measured.get(key);
  if (known !== undefined) return known;
  const behind = (flags.get(key)?.prerequisites ?? []).map(({ flag }) => depthOf(flag, flags, measured));
  const depth = 1 + Math.max(0, ...behind);
  measured.set(key, depth);
  return depth;
}

/** A chain of prerequisites from one flag to another, both named. */
function pathBack(from: string, to: string, flags: Others, seen = new Set<string>()): string[] | undefined {
  if (from === to) return [to];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const { flag } of flags.get(from)?.prerequisites ?? []) {
    const rest = pathBack(flag, to, flags, seen);
    if (rest) return [from, ...rest];
  }
  return undefined;
}

/** Segments have no operations yet, so that none can exist and a condition on one could never hold. */
function unknownSegments({ rules, schedule = [] }: FlagDefinition): FieldError[] {
  const inRules = (list: Rule[], path: string) =>
    list.flatMap(({ when }, i) => when.flatMap((condition, j) => complaintOf(condition, `${path}.${i}.when.${j}`)));
  return [
    ...inRules(rules, 'rules'),
    ...schedule.flatMap(({ set }, i) => inRules(set.rules ?? [], `schedule.${i}.set.rules`)),
  ];
}

const complaintOf = ({ op, values }: Condition, path: string): FieldError[] =>
  op === 'segment' ? [{ path: `${path}.values.0`, message: `no segment is called "${String(values[0])}"` }] : [];
