import type { Override } from '@whetstone/shared/contract';

/** The most units that one override lists. */
const maxValues = 100;

/**
 * Gives units a variant, in the place of what they had. It stands before the others, since the first that names a unit
 * decides; units that got the same for as long and with the same note share one. What has expired is left out.
 */
export function withOverride(overrides: readonly Override[], wanted: Override, nowMs: number): Override[] {
  const others = overrides
    .filter(({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > nowMs)
    .flatMap((each) => without(each, wanted.attribute, wanted.values));
  const alike = others.find((each) => isAlike(each, wanted) && each.values.length + wanted.values.length <= maxValues);
  const first = { ...wanted, values: [...new Set([...(alike?.values ?? []), ...wanted.values])] };
  return [first, ...others.filter((each) => each !== alike)];
}

/** Nothing when that unit has none. */
export function withoutOverride(
  overrides: readonly Override[],
  attribute: string,
  value: string,
): Override[] | undefined {
  const isThere = overrides.some((each) => isSame(each.attribute, attribute) && each.values.includes(value));
  return isThere ? overrides.flatMap((each) => without(each, attribute, [value])) : undefined;
}

function without(override: Override, attribute: string, gone: readonly string[]): Override[] {
  if (!isSame(override.attribute, attribute)) return [override];
  const values = override.values.filter((value) => !gone.includes(value));
  if (values.length === override.values.length) return [override];
  return values.length > 0 ? [{ ...override, values }] : [];
}

/** userId and targetingKey stand in for each other. */
const isSame = (a: string, b: string) => personOr(a) === personOr(b);
const personOr = (attribute: string) => (attribute === 'targetingKey' ? 'userId' : attribute);

const isAlike = (a: Override, b: Override) =>
  isSame(a.attribute, b.attribute) && a.variant === b.variant && a.expiresAt === b.expiresAt && a.note === b.note;
