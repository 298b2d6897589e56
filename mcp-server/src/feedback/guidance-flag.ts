import { deliveredGuidance, type DeliveredGuidance } from '@whetstone/shared/feedback';
import { isRecord } from '../json.ts';

type Document = Readonly<Record<string, unknown>>;

/** The versions that the flag can serve, by the name of the variant. */
export function variantsOf(flag: Document | undefined): Map<string, DeliveredGuidance> {
  const variants = new Map<string, DeliveredGuidance>();
  for (const [name, value] of Object.entries(membersOf(flag?.['variants']))) {
    const guidance = deliveredGuidance(value);
    if (guidance) variants.set(name, guidance);
  }
  return variants;
}

/** The versions that somebody gets now. */
export function versionsServed(flag: Document | undefined): string[] {
  if (flag?.['enabled'] !== true) return [];
  const rules = Array.isArray(flag['rules']) ? flag['rules'] : [];
  const serves = [...rules.map((rule: unknown) => membersOf(rule)['serve']), flag['fallthrough']];
  const names = new Set(serves.flatMap(variantNames));
  return [...variantsOf(flag)].flatMap(([name, { version }]) => (names.has(name) ? [version] : []));
}

function variantNames(serve: unknown): unknown[] {
  const { variant, split, coverage, otherwise } = membersOf(serve);
  const parts = coverage === 0 || !Array.isArray(split) ? [] : split.map(membersOf);
  return [variant, otherwise, ...parts.flatMap((part) => (part['weight'] === 0 ? [] : [part['variant']]))];
}

const membersOf = (value: unknown): Document => (isRecord(value) ? value : {});
