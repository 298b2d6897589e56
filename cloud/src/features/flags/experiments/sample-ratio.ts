import type { FlagDefinition, SampleRatio } from '@whetstone/shared/contract';
import { sampleRatioP, type Allocation } from '@whetstone/shared/stats';
import { oddsOf, turningPoints, type Decider } from './odds.ts';

/** Units that the same split decided for in the same phase: how many got a variant. */
export interface DrawnUnits {
  variant: string;
  /** 0 when the client did not say. */
  flagVersion: number;
  ruleId: string | null;
  /** Whether the client said what decided. */
  said: boolean;
  /** The number of turning points before the unit's first exposure. */
  phase: number;
  units: number;
}

/** A version of the flag, and since when it was in force. */
export interface KnownVersion {
  definition: FlagDefinition;
  sinceMs: number;
  isCurrent: boolean;
}

export type KnownVersions = ReadonlyMap<number, KnownVersion>;

/** Below, a sample this uneven is no accident: the usual threshold, since every look is a test. */
export const mismatchBelow = 0.001;

/** Fewer expected units make chi-square a poor approximation (Cochran 1954). */
const fewestExpected = 5;

/** The times that cut the units into phases with the same odds, in their order. */
export function phaseBorders(known: KnownVersions): number[] {
  const all = [...known.values()].flatMap(({ definition, sinceMs }) => [sinceMs, ...turningPoints(definition)]);
  return [...new Set(all)].sort((a, b) => a - b);
}

export function sampleRatioOf(drawn: readonly DrawnUnits[], known: KnownVersions): SampleRatio {
  const borders = phaseBorders(known);
  const total = sumOf(drawn);
  const checked: Draw[] = [];
  for (const units of draws(drawn)) {
    const odds = oddsIn(units[0]!, known, borders);
    if (!odds) continue;
    const draw = allocate(units, odds);
    if (draw.every(({ expected, weight }) => weight === 0 || expected >= fewestExpected)) checked.push(draw);
  }
  const all = checked.flat();
  const checkedUnits = all.reduce((sum, { observed }) => sum + observed, 0);
  // A single variant is no ratio.
  const p = checked.some((draw) => draw.filter(({ weight }) => weight > 0).length > 1)
    ? sampleRatioP(checked)
    : undefined;
  return {
    ...(p !== undefined && { p }),
    checkedUnits,
    uncheckedUnits: total - checkedUnits,
    expected: expectedOf(all),
    text: textOf(p, total, checkedUnits),
  };
}

type Draw = (Allocation & { variant: string; expected: number })[];

/** Units of one version, split and phase have fallen by the same odds. */
function draws(drawn: readonly DrawnUnits[]): DrawnUnits[][] {
  const groups = new Map<string, DrawnUnits[]>();
  for (const units of drawn) {
    const name = JSON.stringify([units.flagVersion, units.ruleId, units.said, units.phase]);
    groups.set(name, [...(groups.get(name) ?? []), units]);
  }
  return [...groups.values()];
}

function oddsIn({ flagVersion, ruleId, said, phase }: DrawnUnits, known: KnownVersions, borders: readonly number[]) {
  const atMs = phase === 0 ? -Infinity : borders[phase - 1]!;
  // Who did not say the version was served the one in force, if that was so already.
  const version =
    flagVersion === 0
      ? [...known.values()].find((each) => each.isCurrent && each.sinceMs <= atMs)
      : known.get(flagVersion);
  const decider: Decider = said ? { ruleId } : 'unsaid';
  return version && oddsOf(version.definition, decider, atMs);
}

function allocate(units: readonly DrawnUnits[], odds: ReadonlyMap<string, number>): Draw {
  const total = sumOf(units);
  const observed = new Map(units.map((each) => [each.variant, each.units]));
  const variants = new Set([...odds.keys(), ...observed.keys()]);
  return [...variants].map((variant) => {
    const weight = odds.get(variant) ?? 0;
    return { variant, observed: observed.get(variant) ?? 0, weight, expected: weight * total };
  });
}

function expectedOf(all: Draw): SampleRatio['expected'] {
  const sums = new Map<string, { variant: string; units: number; expected: number }>();
  for (const { variant, observed, expected } of all) {
    const sum = sums.get(variant) ?? { variant, units: 0, expected: 0 };
    sums.set(variant, { variant, units: sum.units + observed, expected: sum.expected + expected });
  }
  return [...sums.values()];
}

function textOf(p: number | undefined, total: number, checked: number): string {
  const part =
    checked < total
      ? ` ${total - checked} of ${total} units could not be checked: their split is not known, or they are few.`
      : '';
  if (p === undefined) return total === 0 ? 'Nobody was exposed yet.' : `Nothing could be checked.${part}`;
  if (p < mismatchBelow) {
    return `The variants did not get the shares of units that the split says (p ${p.toPrecision(2)}): find out why before believing any figure here.${part}`;
  }
  return `The variants got the shares of units that the split says (p ${p.toPrecision(2)}).${part}`;
}

const sumOf = (units: readonly DrawnUnits[]) => units.reduce((sum, each) => sum + each.units, 0);
