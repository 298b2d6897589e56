import type { Remark } from './feedback-pairs.ts';

/** The category of the known remark that is nearest by TF-IDF: what a failure category has to beat. */
export function nearestByWords(known: readonly Remark[]): (remark: Remark) => Remark['category'] {
  const documents = known.map((remark) => wordsOf(remark));
  const rarity = (word: string) =>
    Math.log((1 + documents.length) / (1 + documents.filter((words) => words.includes(word)).length)) + 1;
  const vectorOf = (words: readonly string[]) =>
    new Map([...new Set(words)].map((word) => [word, words.filter((other) => other === word).length * rarity(word)]));
  const vectors = documents.map(vectorOf);
  return (remark) => {
    const vector = vectorOf(wordsOf(remark));
    const scores = vectors.map((other) => {
      let dot = 0;
      for (const [word, weight] of vector) dot += weight * (other.get(word) ?? 0);
      return dot / (length(other) * length(vector) || 1);
    });
    return known[scores.indexOf(Math.max(...scores))]?.category ?? 'other';
  };
}

const wordsOf = ({ circumstances }: Remark) =>
  `${circumstances.kind} ${circumstances.comment ?? ''}`.toLowerCase().split(/[^\p{L}\p{N}_]+/u);
const length = (vector: Map<string, number>) => Math.hypot(...vector.values());
