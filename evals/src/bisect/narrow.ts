import type { History } from './history.ts';

export interface Span {
  from: number;
  to: number;
  /** That the first bad version is in it. */
  chance: number;
}

/** The shortest run of neighbours that holds the confidence; of equally short ones the likeliest. */
export function shortestSpan(chances: readonly number[], confidence: number): Span {
  let best: Span | undefined;
  let from = 0;
  let chance = 0;
  for (let to = 0; to < chances.length; to++) {
    chance += chances[to]!;
    while (from < to && chance - chances[from]! >= confidence) chance -= chances[from++]!;
    const length = to - from;
    if (chance < confidence - rounding) continue;
    if (!best || length < best.to - best.from || (length === best.to - best.from && chance > best.chance))
      best = { from, to, chance };
  }
  return best ?? { from: 1, to: chances.length - 1, chance: 1 };
}

/**
 * The likeliest of the spans within which no run can tell one version from another, since those between them cannot be
 * tested. Of one version, where nothing is skipped.
 */
export function likeliestSpan({ positions }: History, chances: readonly number[]): Span {
  const spans: Span[] = [];
  for (let index = 1; index < positions.length; index++) {
    const last = spans.at(-1);
    // A run at the version before is what would tell this one from that.
    if (last && positions[index - 1]!.isSkipped) {
      last.to = index;
      last.chance += chances[index]!;
    } else spans.push({ from: index, to: index, chance: chances[index]! });
  }
  return spans.reduce((best, span) => (span.chance > best.chance ? span : best));
}

export const chanceWithin = ({ from, to }: Pick<Span, 'from' | 'to'>, chances: readonly number[]) =>
  chances.slice(from, to + 1).reduce((sum, chance) => sum + chance, 0);

/** Chances are sums of many parts. */
const rounding = 1e-12;
