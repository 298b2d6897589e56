import type { FlagDefinition, Serve } from '../contract/flag-document.ts';
import type { Remark } from './finding.ts';
import { servesOf, type At } from './parts.ts';

/** Names that are not there, shares that nobody gets, and variants that nothing serves. */
export function variantRemarks(flag: FlagDefinition): Remark[] {
  const named = namedIn(flag);
  const known = Object.keys(flag.variants);
  const unknown = named
    .filter(({ part }) => !Object.hasOwn(flag.variants, part))
    .map(({ part, path }): Remark => ({
      rule: 'unknown-variant',
      severity: 'error',
      path,
      message: `no variant is called "${part}"`,
      fix: `Name one of ${known.map((name) => `"${name}"`).join(', ')}, or add it to variants.`,
    }));
  const served = new Set(servedBy(flag));
  const unserved = known
    .filter((name) => !served.has(name))
    .map((name): Remark => ({
      rule: 'unserved-variant',
      severity: 'warning',
      path: ['variants', name],
      message: `nothing serves "${name}"`,
      fix: `Serve it in a rule, a split or the fallthrough, or remove it.`,
    }));
  return [...unknown, ...unserved, ...servesOf(flag).flatMap(zeroWeights)];
}

/** Every place that names a variant. */
const namedIn = (flag: FlagDefinition): At<string>[] => [
  { part: flag.offVariant, path: ['offVariant'] },
  ...(flag.overrides ?? []).map(({ variant }, i) => ({ part: variant, path: ['overrides', i, 'variant'] })),
  ...servesOf(flag).flatMap(({ part: serve, path }): At<string>[] =>
    'variant' in serve
      ? [{ part: serve.variant, path: [...path, 'variant'] }]
      : [
          ...serve.split.map(({ variant }, i) => ({ part: variant, path: [...path, 'split', i, 'variant'] })),
          ...(serve.otherwise === undefined ? [] : [{ part: serve.otherwise, path: [...path, 'otherwise'] }]),
        ],
  ),
];

/** A rollout plan raises coverages; what is planned counts as served. */
const servedBy = (flag: FlagDefinition): string[] => [
  flag.offVariant,
  ...(flag.overrides ?? []).map(({ variant }) => variant),
  ...servesOf(flag).flatMap(({ part: serve }) => {
    if ('variant' in serve) return [serve.variant];
    const { split, coverage = 100, otherwise = flag.offVariant } = serve;
    const isPlanned = (flag.rollout?.steps ?? []).some((step) => step.coverage > 0);
    const shares = coverage > 0 || isPlanned ? split.filter(({ weight }) => weight > 0) : [];
    return [...shares.map(({ variant }) => variant), ...(coverage < 100 || isPlanned ? [otherwise] : [])];
  }),
];

const zeroWeights = ({ part: serve, path }: At<Serve>): Remark[] =>
  'variant' in serve
    ? []
    : serve.split.flatMap(({ variant, weight }, i) =>
        weight > 0
          ? []
          : [
              {
                rule: 'zero-weight' as const,
                severity: 'warning' as const,
                path: [...path, 'split', i, 'weight'],
                message: `"${variant}" has weight 0: nobody gets it from this split`,
                fix: 'Give it a weight, or take it out of the split.',
              },
            ],
      );
