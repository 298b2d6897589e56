/** A point of a scatter chart. */
export interface Dot {
  label: string;
  x: number;
  y: number;
  /** Bounds of y. */
  interval: readonly [number, number];
  /** Part of the best group, which is ringed. */
  isRinged: boolean;
  /** No other is both cheaper and better. */
  isOnFront: boolean;
  /** What the others are measured against: a square. */
  isMarked?: boolean;
}
