interface Bucket {
  take(tokens: number): boolean;
  waitMs(tokens: number): number;
}

export function createBucket({
  capacity,
  perSecond,
  now,
}: {
  capacity: number;
  perSecond: number;
  now: () => number;
}): Bucket {
  // What is missing, in thousandths of a token times rate: whole numbers of (milliseconds x tokens per second) stay exact.
  const full = capacity * 1000;
  let filled = full;
  let seenMs = now();

  const fill = () => {
    const at = now();
    if (at <= seenMs) return;
    filled = Math.min(full, filled + (at - seenMs) * perSecond);
    seenMs = at;
  };
  const demand = (tokens: number) => {
    if (!Number.isInteger(tokens) || tokens < 1) throw new RangeError('tokens are whole numbers from 1');
    fill();
    return tokens * 1000;
  };
  return {
    take(tokens) {
      const wanted = demand(tokens);
      if (wanted > filled) return false;
      filled -= wanted;
      return true;
    },
    waitMs(tokens) {
      const wanted = demand(tokens);
      if (wanted <= filled) return 0;
      return wanted > full ? Infinity : Math.ceil((wanted - filled) / perSecond);
    },
  };
}
