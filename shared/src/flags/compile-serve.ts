import type { ReadAttribute, ReaderOf } from './attributes.ts';
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
export interface Serving {
  readonly prefix: string;
  readonly variants: Json;
  readonly off: Served;
  readonly readerOf: ReaderOf;
}

/** Throws Unreadable unless the off variant is one of the variants. */
export function compileOff(flag: Json): Served {
  const offVariant = text(flag['offVariant'], 'offVariant');
  return served(record(flag['variants'], 'variants'), offVariant, 'offVariant', offVariant);
}

const membersOfFixed = ['variant'];
const membersOfSplit = ['split', 'coverage', 'otherwise', 'by'];
const membersOfPart = ['variant', 'weight'];

export function compileServe(serve: Json, { prefix, variants, off, readerOf }: Serving): CompiledServe {
  const fixed = serve['variant'];
  if (fixed !== undefined) {
    knowAll(serve, membersOfFixed);
    return { kind: 'fixed', served: served(variants, fixed, 'variant', off.variant) };
  }
  const { by = 'userId', coverage = 100, split, otherwise } = knowAll(serve, membersOfSplit);
  const unit = text(by, 'by');
  const covered = percentage(coverage, 'coverage');
  const parts = records(split, 'split').map((part) => {
    const weight = integer(knowAll(part, membersOfPart)['weight'], 'weight');
    if (weight < 0) refuse('weight', '0 or more');
    return { item: served(variants, part['variant'], 'variant', off.variant), weight };
  });
  const division = divide(parts, covered);
  if (division.total < 1 || division.total > 10_000) refuse('split', 'weights that sum to 1 to 10000');
  return {
    kind: 'split',
    prefix,
    by: unit,
    unit: readerOf(unit),
    coverage: covered,
    division,
    otherwise: otherwise === undefined ? off : served(variants, otherwise, 'otherwise', off.variant),
  };
}

/** Made anew for each place that serves it, which costs less than finding the one made before. */
function served(variants: Json, name: unknown, member: string, offVariant: string): Served {
  const variant = text(name, member);
  if (!Object.hasOwn(variants, variant)) refuse(member, 'the name of a variant');
  const value = variants[variant];
  return { variant, value, enabled: Boolean(value) && variant !== offVariant };
}
