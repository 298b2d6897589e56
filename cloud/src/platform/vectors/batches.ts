import type { StoredVector } from './vectors.ts';

/** So many at a time; of those with the same id the last, since no engine takes two at once. */
export function batchesOf(vectors: readonly StoredVector[], size: number): StoredVector[][] {
  return piecesOf([...new Map(vectors.map((vector) => [vector.id, vector])).values()], size);
}

export function piecesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
