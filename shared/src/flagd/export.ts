import type { FlagDefinition, Serve } from '../contract/flag-document.ts';
import { conditionToFlagd, isThere, variableOf } from './export-condition.ts';
import { metadataFrom } from './metadata.ts';
import { attempt, refuse, type Path, type Refusal } from './unsayable.ts';

type Json = Record<string, unknown>;

export interface Exported {
  document: { $schema: string; flags: Record<string, Json> };
  refused: Refusal[];
}

/**
 * Flags as a flagd document that serves the same variants. What flagd has not is refused by name, the flag as a whole.
 * A split becomes `fractional` over the text that we hash, its coverage further weights.
 */
export function toFlagd(flags: readonly FlagDefinition[]): Exported {
  const exported: Exported = {
    document: { $schema: 'https://flagd.dev/schema/v0/flags.json', flags: {} },
    refused: [],
  };
  for (const flag of flags) {
    const result = attempt(flag.key, () => flagToFlagd(flag));
    if ('made' in result) exported.document.flags[flag.key] = result.made;
    else exported.refused.push(result.refusal);
  }
  return exported;
}

const absent = ['overrides', 'prerequisites', 'schedule', 'rollout'] as const;

function flagToFlagd(flag: FlagDefinition): Json {
  for (const name of absent) {
    if (name === 'rollout' ? flag.rollout : flag[name]?.length) refuse([name], `flagd has no ${name}`);
  }
  const { enabled, variants, offVariant, rules, fallthrough } = flag;
  const kinds = new Set(Object.values(variants).map(kindOf));
  if (kinds.size > 1 || kinds.has('other')) {
    refuse(['variants'], 'in flagd all variants are booleans, texts, numbers or objects');
  }
  const parts = rules.flatMap(({ when, serve }, i) => {
    const conditions = when.map((condition, j) => conditionToFlagd(condition, ['rules', i, 'when', j]));
    const { outcome, guard } = outcomeOf(serve, flag, ['rules', i, 'serve']);
    return [allOf([...conditions, ...guard]), outcome];
  });
  const { outcome: last, guard } = outcomeOf(fallthrough, flag, ['fallthrough']);
  // Without a unit the off variant, which is flagd's default.
  const end = guard.length > 0 ? { if: [allOf(guard), last, null] } : last;
  const targeting = parts.length > 0 ? { if: [...parts, end] } : end === offVariant ? undefined : alone(end);
  const metadata = metadataFrom(flag);
  return {
    state: enabled ? 'ENABLED' : 'DISABLED',
    variants,
    defaultVariant: offVariant,
    ...(targeting && { targeting }),
    ...(metadata && { metadata }),
  };
}

const alone = (end: unknown) => (typeof end === 'string' ? { if: [true, end] } : (end as Json));

const allOf = (conditions: readonly unknown[]) =>
  conditions.length === 0 ? true : conditions.length === 1 ? conditions[0] : { and: conditions };

function outcomeOf(serve: Serve, flag: FlagDefinition, path: Path): { outcome: unknown; guard: unknown[] } {
  if ('variant' in serve) return { outcome: serve.variant, guard: [] };
  if (serve.sticky !== undefined) refuse([...path, 'sticky'], 'flagd keeps no first answers');
  const { by = 'userId', hash } = serve;
  const unit = variableOf(by, [...path, 'by']);
  const seed = `${flag.salt ?? flag.key}${hash === 'flagd' ? '' : '/'}`;
  const hashed = seed === '' ? unit : { cat: [seed, unit] };
  return { outcome: { fractional: [hashed, ...sharesOf(serve, flag.offVariant, path)] }, guard: [isThere(unit)] };
}

/** flagd takes no larger sum of weights. */
const mostWeight = 2 ** 31 - 1;

/** Of each share the part that is covered, then the part that is not; as integers, so that the borders stay where they are. */
function sharesOf(
  { split, coverage = 100, otherwise }: Extract<Serve, { split: unknown }>,
  offVariant: string,
  path: Path,
) {
  if (coverage === 100) return split.map(({ variant, weight }) => [variant, weight]);
  const digits = /\.(\d+)$/.exec(String(coverage))?.[1]?.length ?? 0;
  const scale = 100 * 10 ** digits;
  const total = split.reduce((sum, { weight }) => sum + weight, 0) * scale;
  if (String(coverage).includes('e') || total > mostWeight) {
    refuse([...path, 'coverage'], `with ${coverage} % the weights would be larger than flagd takes`);
  }
  return split.flatMap(({ variant, weight }) => {
    const covered = weight * Math.round(coverage * 10 ** digits);
    return [
      [variant, covered],
      [otherwise ?? offVariant, weight * scale - covered],
    ];
  });
}

function kindOf(value: unknown) {
  if (typeof value === 'object') return value === null || Array.isArray(value) ? 'other' : 'object';
  return typeof value;
}
