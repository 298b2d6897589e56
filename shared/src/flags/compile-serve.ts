import { attributeReader, type ReadAttribute } from './attributes.ts';
import { divide, type Division } from './bucketing.ts';
import { integer, knowAll, percentage, record, records, refuse, text, type Json } from './reading.ts';

/** A variant as it is served. */
export interface Served {
  readonly variant: string;
  readonly value: unknown;
  /** Truthy and not the off variant. */
  readonly enabled: boolean;
}

export type CompiledServe = { readonly kind: 'fixed'; readonly served: Served } | CompiledSplit;

interface CompiledSplit {
  readonly kind: 'split';
  /** What stands before the unit in the hashed text. */
  readonly prefix: string;
  readonly by: string;
  readonly unit: ReadAttribute;
  readonly coverage: number;
  readonly division: Division<Served>;
  readonly otherwise: Served;
}

/** What the serves of one flag share. */
export interface Variants {
  readonly prefix: string;
  readonly named: (json: Json, name: string, fallback?: string) => Served;
  readonly off: Served;
}

/** Throws Unreadable unless the off variant is one of the variants. */
export function compileVariants(flag: Json): Variants {
  const offVariant = text(flag, 'offVariant');
  const variants = new Map<string, Served>();
  for (const [variant, value] of Object.entries(record(flag, 'variants'))) {
    variants.set(variant, { variant, value, enabled: Boolean(value) && variant !== offVariant });
  }
  const named: Variants['named'] = (json, name, fallback) =>
    variants.get(text(json, name, fallback)) ?? refuse(name, 'the name of a variant');
  return { prefix: `${text(flag, 'salt', text(flag, 'key'))}/`, named, off: named(flag, 'offVariant') };
}

export function compileServe(serve: Json, { prefix, named, off }: Variants): CompiledServe {
  if (serve['variant'] !== undefined) {
    return { kind: 'fixed', served: named(knowAll(serve, ['variant']), 'variant') };
  }
  const by = text(knowAll(serve, ['split', 'coverage', 'otherwise', 'by']), 'by', 'userId');
  const coverage = percentage(serve, 'coverage', 100);
  const parts = records(serve, 'split').map((part) => {
    const weight = integer(knowAll(part, ['variant', 'weight']), 'weight');
    return { item: named(part, 'variant'), weight: weight >= 0 ? weight : refuse('weight', '0 or more') };
  });
  const division = divide(parts, coverage);
  if (division.total < 1 || division.total > 10_000) refuse('split', 'weights that sum to 1 to 10000');
  const otherwise = named(serve, 'otherwise', off.variant);
  return { kind: 'split', prefix, by, unit: attributeReader(by), coverage, division, otherwise };
}
