import type { FlagDefinition } from '@whetstone/shared/contract';
import { guidanceFlag, type DeliveredGuidance } from '@whetstone/shared/feedback';

type Part = { variant: string; weight: number };

const none = 'none';
const whole = 10_000;

interface Release {
  document: DeliveredGuidance;
  rolloutPercentage: number;
  /** Of the first release; what was held out once stays. */
  holdoutPercentage: number;
}

type Planned = { definition: FlagDefinition; share: number } | { refusal: string };

/**
 * The flag in which the new version has the first part of the range, everybody behind it keeps what they have, and the hold-out the
 * last: it moves for no version, and a share that grows takes people from what was there before alone.
 */
export function withRelease(before: FlagDefinition | undefined, wanted: Release): Planned {
  const { document, rolloutPercentage, holdoutPercentage } = wanted;
  const parts = before ? partsOf(before) : freshParts(holdoutPercentage);
  if (!parts)
    return {
      refusal: `the flag "${guidanceFlag}" was changed by hand: its fallthrough has to be a split by userId of ${whole} that ends in "${none}", or "${none}" alone`,
    };
  const ends = parts.length === 0 ? freshParts(holdoutPercentage) : parts;
  const heldOut = ends.at(-1)!;
  const rest = ends.slice(0, -1);
  const share = Math.min(Math.round(rolloutPercentage * 100), whole - heldOut.weight);
  const split = joined([{ variant: document.version, weight: share }, ...between(rest, share, whole)]);
  const flag = before ?? emptyFlag();
  return {
    share,
    definition: {
      ...flag,
      variants: { ...flag.variants, [document.version]: document },
      fallthrough: { split: [...split, heldOut] },
    },
  };
}

interface TakenBack {
  definition: FlagDefinition;
  /** The versions that are given in its place; none: those who had it get nothing. */
  instead: string[];
}

/**
 * A flag from which a version was taken (`without`), those who had it by the split now having what they had by a former flag. Who was
 * served it by a rule or an override stays with what `without` says.
 */
export function withFormer(
  { was, without, former }: { was: FlagDefinition; without: FlagDefinition; former: FlagDefinition },
  version: string,
): TakenBack {
  const [parts, earlier] = [partsOf(was), partsOf(former)];
  if (!parts || !earlier || earlier.length === 0) return { definition: without, instead: [] };
  const instead = new Set<string>();
  let end = 0;
  const mended = parts.slice(0, -1).flatMap((part) => {
    const from = end;
    end += part.weight;
    if (part.variant !== version) return [part];
    return between(earlier, from, end).map(({ variant, weight }) => {
      if (variant === none || !Object.hasOwn(without.variants, variant)) return { variant: none, weight };
      instead.add(variant);
      return { variant, weight };
    });
  });
  return {
    definition: { ...without, fallthrough: { split: [...joined(mended), parts.at(-1)!] } },
    instead: [...instead],
  };
}

/** The version that most get, which a candidate is compared with; undefined: none. */
export function servedToMost(flag: FlagDefinition | undefined): string | undefined {
  const weights = weightsOf(flag);
  const most = [...weights].toSorted((a, b) => b[1] - a[1])[0]?.[0];
  return most === none ? undefined : most;
}

/** Of 10,000, by variant; the hold-out is of `none`. */
export function weightsOf(flag: FlagDefinition | undefined): Map<string, number> {
  const weights = new Map<string, number>();
  if (!flag?.enabled) return weights;
  const parts =
    'variant' in flag.fallthrough ? [{ variant: flag.fallthrough.variant, weight: whole }] : flag.fallthrough.split;
  for (const { variant, weight } of parts) weights.set(variant, (weights.get(variant) ?? 0) + weight);
  return weights;
}

/** What somebody gets: by the fallthrough, a rule or an override. */
export function variantsServed({ enabled, fallthrough, rules, overrides = [] }: FlagDefinition): Set<string> {
  if (!enabled) return new Set();
  const named = [fallthrough, ...rules.map(({ serve }) => serve)].flatMap((serve) =>
    'variant' in serve
      ? [serve.variant]
      : [
          ...serve.split.filter(({ weight }) => weight > 0).map(({ variant }) => variant),
          ...(serve.otherwise === undefined ? [] : [serve.otherwise]),
        ],
  );
  return new Set([...named, ...overrides.map(({ variant }) => variant)]);
}

const emptyFlag = (): FlagDefinition => ({
  key: guidanceFlag,
  description: 'Rules that agents are given: learned from corrections, released by the gate of guidance',
  enabled: true,
  type: 'json',
  variants: { [none]: null },
  offVariant: none,
  rules: [],
  fallthrough: { variant: none },
  salt: guidanceFlag,
});

function freshParts(holdoutPercentage: number): Part[] {
  const heldOut = Math.round(holdoutPercentage * 100);
  return [
    { variant: none, weight: whole - heldOut },
    { variant: none, weight: heldOut },
  ];
}

/** Empty for a flag that serves nobody anything; undefined for one that somebody has made into something else. */
function partsOf({ fallthrough, offVariant, rollout, schedule }: FlagDefinition): Part[] | undefined {
  if (offVariant !== none || rollout || schedule?.some(({ set }) => set.fallthrough)) return undefined;
  if ('variant' in fallthrough) return fallthrough.variant === none ? [] : undefined;
  const { split, coverage = 100, otherwise, by = 'userId', sticky, hash } = fallthrough;
  const total = split.reduce((sum, { weight }) => sum + weight, 0);
  const isOurs = coverage === 100 && by === 'userId' && !otherwise && !sticky && !hash && total === whole;
  const last = split.at(-1)!;
  return isOurs && split.length > 1 && last.variant === none && last.weight > 0 ? split : undefined;
}

/** What lies between two places of the range. */
function between(parts: readonly Part[], from: number, to: number): Part[] {
  let end = 0;
  return parts.flatMap(({ variant, weight }) => {
    const start = end;
    end += weight;
    const left = Math.min(end, to) - Math.max(start, from);
    return left > 0 ? [{ variant, weight: left }] : [];
  });
}

/** Neighbours of one variant as one part. */
function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.variant === part.variant) last.weight += part.weight;
    else result.push({ ...part });
  }
  return result;
}
