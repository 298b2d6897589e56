/** Over the splits; of a single one no deviation is known. */
export interface Figure {
  mean: number;
  sd: number | null;
  splits: (number | null)[];
}

/** The same shape with a figure in place of each number; null where no split knows it. */
export type Summary<T> = T extends number | undefined
  ? Figure | null
  : T extends readonly (infer Item)[]
    ? Summary<Item>[]
    : { [Key in keyof T]: Summary<T[Key]> };

/** Of the figures of each split, all of one shape, mean and standard deviation over those that know them. */
export function summarise<T extends object>(splits: readonly T[]): Summary<T> {
  return summariseAny(splits) as Summary<T>;
}

function summariseAny(splits: readonly unknown[]): unknown {
  const shape = splits.find((split) => split !== undefined && split !== null);
  if (Array.isArray(shape))
    return shape.map((_, index) => summariseAny(splits.map((split) => (split as unknown[])[index])));
  if (typeof shape === 'object' && shape !== null)
    return Object.fromEntries(
      Object.keys(shape).map((key) => [
        key,
        summariseAny(splits.map((split) => (split as Record<string, unknown>)[key])),
      ]),
    );
  return figureOf(splits.map((split) => (typeof split === 'number' && Number.isFinite(split) ? split : null)));
}

function figureOf(splits: (number | null)[]): Figure | null {
  const known = splits.filter((split) => split !== null);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null, splits };
}
