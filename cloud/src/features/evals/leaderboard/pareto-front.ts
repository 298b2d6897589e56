interface Tradeoff {
  passRate: number;
  /** Unknown is on no front: it could lie anywhere. */
  costUsd: number | null;
}

/** Whether no other is both at least as good and at least as cheap, and one of them more so. */
export function paretoFront(points: readonly Tradeoff[]): boolean[] {
  const beats = (one: Tradeoff, other: Tradeoff) =>
    one.costUsd !== null &&
    other.costUsd !== null &&
    one.passRate >= other.passRate &&
    one.costUsd <= other.costUsd &&
    (one.passRate > other.passRate || one.costUsd < other.costUsd);
  return points.map((point) => point.costUsd !== null && !points.some((other) => beats(other, point)));
}
