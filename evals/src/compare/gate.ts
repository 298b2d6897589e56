import type { Comparison } from './compare-runs.ts';

export interface GateLimits {
  /** Points of pass rate that may be lost. */
  maxDropPoints: number;
  /** Of the one-sided test. */
  alpha: number;
  /** How much more a sample may cost, in per cent. */
  maxCostIncreasePercent?: number;
  /** Of B, 0 to 1. */
  minPassRate?: number;
  /** Share of samples without a verdict, in either run, beyond which nothing is decided. 0 to 1. */
  maxErrorRate: number;
}

export const defaultLimits: GateLimits = { maxDropPoints: 5, alpha: 0.05, maxErrorRate: 0.02 };

export type GateVerdict = 'pass' | 'suspect' | 'fail' | 'undecidable';

export interface GateRule {
  rule: 'verdicts' | 'drop' | 'cost' | 'pass rate';
  verdict: GateVerdict;
  /** What was seen, and the limit. */
  said: string;
}

export interface GateDecision {
  verdict: GateVerdict;
  rules: GateRule[];
}

export type GateFacts = Pick<Comparison, 'rateB' | 'difference' | 'adjustedP' | 'missing' | 'costUsd' | 'unpriced'>;

/**
 * A drop fails the gate when it is larger than the limit and also more than chance would do (one-sided p below alpha): either
 * alone is suspect, since a limit without a test alarms at noise, and a test without a limit at trifles. Too many samples
 * without a verdict, or a limit on something that is not known, decide nothing.
 */
export function decideGate(facts: GateFacts, limits: GateLimits): GateDecision {
  const rules = [
    ...verdictRules(facts, limits),
    dropRule(facts, limits),
    ...costRules(facts, limits),
    ...rateRules(facts, limits),
  ];
  const verdict = worstFirst.find((worst) => rules.some((rule) => rule.verdict === worst)) ?? 'pass';
  return { verdict, rules };
}

/** Of several comparisons: one that failed for certain fails all, whatever else could not be decided. */
export function decideAll(decisions: readonly GateDecision[]): GateVerdict {
  const order: GateVerdict[] = ['fail', 'undecidable', 'suspect'];
  return order.find((verdict) => decisions.some((decision) => decision.verdict === verdict)) ?? 'pass';
}

/** In one comparison an untrustworthy measurement comes first: what it says of the drop is not worth more. */
const worstFirst: GateVerdict[] = ['undecidable', 'fail', 'suspect'];

function verdictRules({ missing }: GateFacts, { maxErrorRate }: GateLimits): GateRule[] {
  return (['a', 'b'] as const).map((side) => {
    const { errors, skipped, samples } = missing[side];
    const share = samples === 0 ? 1 : (errors + skipped) / samples;
    return {
      rule: 'verdicts',
      verdict: share > maxErrorRate ? 'undecidable' : 'pass',
      said: `${side.toUpperCase()}: ${percent(share)} of samples without a verdict, at most ${percent(maxErrorRate)}`,
    };
  });
}

function dropRule({ difference, adjustedP }: GateFacts, { maxDropPoints, alpha }: GateLimits): GateRule {
  const points = -100 * difference;
  // A drop of exactly the limit is within it, however its digits round.
  const isLarge = points > maxDropPoints + 1e-9;
  const isMoreThanChance = adjustedP.drop < alpha;
  const said = `${points > 0 ? `dropped ${points.toFixed(1)}` : `rose ${Math.abs(points).toFixed(1)}`} points, at most ${maxDropPoints}; p = ${adjustedP.drop.toPrecision(2)} for a drop, alpha ${alpha}`;
  if (isLarge && isMoreThanChance) return { rule: 'drop', verdict: 'fail', said };
  if (isLarge)
    return { rule: 'drop', verdict: 'suspect', said: `${said}: larger than allowed, though chance may do that` };
  if (isMoreThanChance)
    return { rule: 'drop', verdict: 'suspect', said: `${said}: within the limit, though hardly by chance` };
  return { rule: 'drop', verdict: 'pass', said };
}

function costRules({ costUsd, unpriced }: GateFacts, { maxCostIncreasePercent }: GateLimits): GateRule[] {
  if (maxCostIncreasePercent === undefined) return [];
  if (costUsd?.change === undefined) {
    const why =
      unpriced.a + unpriced.b > 0 ? `${unpriced.a + unpriced.b} samples have no known price` : 'A cost nothing';
    return [{ rule: 'cost', verdict: 'undecidable', said: `whether cost rose is not known: ${why}` }];
  }
  const { change, interval } = costUsd;
  const isLarge = 100 * change > maxCostIncreasePercent + 1e-9;
  const isMoreThanChance = interval !== undefined && interval[0] > 0;
  const said = `cost changed by ${(100 * change).toFixed(1)} %, at most +${maxCostIncreasePercent} %`;
  if (!isLarge) return [{ rule: 'cost', verdict: 'pass', said }];
  if (isMoreThanChance) return [{ rule: 'cost', verdict: 'fail', said }];
  return [{ rule: 'cost', verdict: 'suspect', said: `${said}: the interval of the change holds 0` }];
}

function rateRules({ rateB }: GateFacts, { minPassRate }: GateLimits): GateRule[] {
  if (minPassRate === undefined) return [];
  const verdict = rateB < minPassRate - 1e-12 ? 'fail' : 'pass';
  return [{ rule: 'pass rate', verdict, said: `B passes ${percent(rateB)}, at least ${percent(minPassRate)}` }];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
