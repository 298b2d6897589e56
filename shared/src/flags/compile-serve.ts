import type { ReadAttribute, ReaderOf } from './attributes.ts';
import { cover, divide, type Division } from './bucketing.ts';
import { integer, knowAll, percentage, record, records, refuse, text, type Json } from './reading.ts';

/** A variant as it is served. */
export interface Served {
  readonly variant: string;
  readonly value: unknown;
  /** Truthy and not the off variant. */
  readonly enabled: boolean;
}

export type CompiledServe = { readonly kind: 'fixed'; readonly served: Served } | CompiledSplit;

export interface CompiledSplit {
  readonly kind: 'split';
  /** flagd puts nothing between salt and unit (https://flagd.dev/reference/custom-operations/fractional-operation). */
  readonly hash: 'flagd' | undefined;
  readonly by: string;
  readonly unit: ReadAttribute;
  readonly coverage: number;
  readonly division: Division<Served>;
  readonly otherwise: Served;
  /** Whose first answer stays. */
  readonly sticky: Sticky | undefined;
  /** The step of the rollout plan that the coverage comes from, as its time is written. */
  readonly since: string | undefined;
}

interface Sticky {
  readonly attribute: string;
  readonly unit: ReadAttribute;
}

/** What the serves of one flag have in common. */
export interface Serving {
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
const membersOfSplit = ['split', 'coverage', 'otherwise', 'by', 'sticky', 'hash'];
const membersOfPart = ['variant', 'weight'];

export function compileServe(serve: Json, { variants, off, readerOf }: Serving): CompiledServe {
  const fixed = serve['variant'];
  if (fixed !== undefined) {
    knowAll(serve, membersOfFixed);
    return { kind: 'fixed', served: served(variants, fixed, 'variant', off.variant) };
  }
  const { by = 'userId', coverage = 100, split, otherwise, sticky, hash } = knowAll(serve, membersOfSplit);
  if (hash !== undefined && hash !== 'flagd')
    return refuse('hash', `one that this version knows, not "${text(hash, 'hash')}"`);
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
    hash,
    by: unit,
    unit: readerOf(unit),
    coverage: covered,
    division,
    otherwise: otherwise === undefined ? off : served(variants, otherwise, 'otherwise', off.variant),
    sticky: sticky === undefined ? undefined : stickyBy(text(sticky, 'sticky'), readerOf),
    since: undefined,
  };
}

const stickyBy = (attribute: string, readerOf: ReaderOf): Sticky => ({ attribute, unit: readerOf(attribute) });

/** The same with another coverage, as long as it is a split. */
export const withCoverage = (serve: CompiledServe, coverage: number, since: string | undefined): CompiledServe =>
  serve.kind === 'fixed' ? serve : { ...serve, coverage, since, division: cover(serve.division, coverage) };

/** The variant of that name, if the split can serve it to anybody. */
export const servable = ({ division, otherwise }: CompiledSplit, name: string): Served | undefined =>
  division.shares.find(({ item, start, covered }) => item.variant === name && covered > start)?.item ??
  (otherwise.variant === name ? otherwise : undefined);

/** Made anew for each place that serves it, which costs less than finding the one made before. */
export function served(variants: Json, name: unknown, member: string, offVariant: string): Served {
  const variant = text(name, member);
  if (!Object.hasOwn(variants, variant)) refuse(member, 'the name of a variant');
  const value = variants[variant];
  return { variant, value, enabled: Boolean(value) && variant !== offVariant };
}
