/** A correction that could be shown. */
export interface Candidate {
  /** From 0 to 1: how well it fits what is asked for. */
  relevance: number;
  tokens: number;
  detectors: readonly string[];
  /** What its text is made of, for comparison with others. */
  pieces: ReadonlySet<string>;
}

export interface Selection {
  limit: number;
  /** Of all that are chosen together; never exceeded. */
  tokenBudget: number;
  /** 1: by relevance alone; 0: by being different alone, once there is a first. */
  lambda?: number;
  /** What is nearly the same as one of these is never chosen. */
  never?: readonly ReadonlySet<string>[];
}

/** From here on two texts are the same one. */
const nearlyTheSame = 0.85;
/** Two corrections of the same kind are so alike, whatever their texts. */
const sameDetector = 0.6;

/**
 * Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): again and again the one that fits best, less what it has in common
 * with those chosen before. What does not fit into the budget is left out; a smaller one after it may still fit. Of two that are as
 * good the first is taken.
 */
export function selectExamples<C extends Candidate>(
  candidates: readonly C[],
  { limit, tokenBudget, lambda = 0.7, never = [] }: Selection,
): C[] {
  const open = candidates
    .filter(({ pieces }) => never.every((other) => overlap(pieces, other) < nearlyTheSame))
    .map((candidate) => ({ candidate, likeness: 0 }));
  const chosen: C[] = [];
  let left = tokenBudget;
  while (chosen.length < limit) {
    let best: (typeof open)[number] | undefined;
    let bestWorth = -Infinity;
    for (const one of open) {
      const { candidate, likeness } = one;
      if (candidate.tokens > left || likeness >= nearlyTheSame) continue;
      const worth = chosen.length === 0 ? candidate.relevance : lambda * candidate.relevance - (1 - lambda) * likeness;
      if (worth > bestWorth) [best, bestWorth] = [one, worth];
    }
    if (!best) break;
    const { candidate } = best;
    chosen.push(candidate);
    left -= candidate.tokens;
    open.splice(open.indexOf(best), 1);
    for (const one of open) one.likeness = Math.max(one.likeness, likenessOf(one.candidate, candidate));
  }
  return chosen;
}

function likenessOf(a: Candidate, b: Candidate): number {
  const ofText = overlap(a.pieces, b.pieces);
  const isSameKind = a.detectors.some((detector) => b.detectors.includes(detector));
  return isSameKind ? Math.max(ofText, sameDetector) : ofText;
}

/** Jaccard: of what is in either, how much is in both. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let both = 0;
  for (const piece of small) if (large.has(piece)) both++;
  const either = a.size + b.size - both;
  return either === 0 ? 0 : both / either;
}

const mostCharacters = 4_000;

/** Runs of three words and marks: what two texts are compared by. */
export function piecesOf(text: string): Set<string> {
  const words = text.slice(0, mostCharacters).match(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu) ?? [];
  const pieces = new Set<string>();
  if (words.length < 3) return pieces.add(words.join(' '));
  for (let at = 0; at + 2 < words.length; at++) pieces.add(`${words[at]} ${words[at + 1]} ${words[at + 2]}`);
  return pieces;
}

const halfLifeMs = 60 * 86_400_000;

/** 1 for what was corrected now, half of that every sixty days. */
export const recencyOf = (ageMs: number): number => 2 ** (-Math.max(0, ageMs) / halfLifeMs);

interface Fit {
  /** By its words; undefined where nothing is asked. */
  similarity: number | undefined;
  ageMs: number;
  isOfRepo: boolean;
  /** False where a type of task is wanted and nobody said of which this one is. */
  isOfType: boolean;
}

/** How well a correction fits: by its words and its age, or by its age alone where nothing is asked. */
export function relevanceOf({ similarity, ageMs, isOfRepo, isOfType }: Fit): number {
  const plain = similarity === undefined ? recencyOf(ageMs) : 0.75 * similarity + 0.25 * recencyOf(ageMs);
  return (plain * 0.9 + (isOfRepo ? 0.1 : 0)) * (isOfType ? 1 : 0.5);
}
