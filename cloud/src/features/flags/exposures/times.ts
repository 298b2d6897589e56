/** No exposure is older than the product: a clock that says so is wrong, as one that is ahead of ours is. */
const earliestMs = Date.UTC(2020, 0);

interface Said {
  firstAt?: string | undefined;
  lastAt?: string | undefined;
}

export interface Seen {
  firstAt: Date;
  lastAt: Date;
}

/** When an exposure happened, by what the client says and what its clock can be trusted with. Never after the arrival. */
export function seen({ firstAt, lastAt }: Said, arrivedAt: Date): Seen {
  const trusted = (said: string | undefined) => {
    if (said === undefined) return undefined;
    const at = new Date(said);
    return at.getTime() >= earliestMs && at <= arrivedAt ? at : undefined;
  };
  const first = trusted(firstAt);
  // A last time that is there but wrong means now: the client was still counting by a clock that had gone wrong.
  const last = lastAt === undefined ? (first ?? arrivedAt) : (trusted(lastAt) ?? arrivedAt);
  return { firstAt: first ?? last, lastAt: last };
}
