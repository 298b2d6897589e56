import type { Interval } from '@whetstone/shared/stats';
import { liftOver, rateOf, type PlaceSums } from './lift.ts';

export interface Support {
  corrections: number;
  tasks: number;
  repos: number;
  users: number;
}

export interface Counted {
  kind: 'detector' | 'template' | 'failure';
  support: Support;
  /** Files that evidence comes from. */
  files: number;
  places: PlaceSums;
  /** What it is compared with. */
  base: PlaceSums;
}

export interface Judged {
  rate: number | null;
  rateInterval: Interval | null;
  baseRate: number | null;
  lift: number | null;
  liftInterval: Interval | null;
  isPattern: boolean;
  whyNot: string | null;
  /** The larger, the further up it is listed; below 0 for what is no pattern. */
  rank: number;
}

const leastSupport = 3;

/**
 * A pattern is what people changed in three corrections or more, and more often than they change any line: the interval of its lift
 * lies above 1. It must come from two tasks, and a template from two files besides, since one person in one place repeats herself.
 */
export function judge(counted: Counted): Judged {
  const rate = rateOf(counted.places);
  const base = rateOf(counted.base);
  const lift = rate && base && liftOver(rate, base);
  const whyNot = reasonAgainst(counted, lift?.interval);
  const strength = (lift?.interval[0] ?? 0) * Math.log2(1 + counted.support.corrections);
  return {
    rate: rate?.rate ?? null,
    rateInterval: rate?.interval ?? null,
    baseRate: base?.rate ?? null,
    lift: lift?.lift ?? null,
    liftInterval: lift?.interval ?? null,
    isPattern: whyNot === null,
    whyNot,
    rank: whyNot === null ? strength : -1 / (1 + strength),
  };
}

function reasonAgainst({ kind, support, files, places, base }: Counted, lift: Interval | undefined): string | null {
  const { corrections, tasks } = support;
  if (corrections < leastSupport) return `seen in ${count(corrections, 'correction')}, and ${leastSupport} are needed`;
  if (tasks < 2) return `all of it comes from one task, and 2 are needed`;
  if (kind === 'template' && files < 2) return `all of it comes from one file, and 2 are needed`;
  if (places.n === 0) return 'in how many places it could have been done is not known';
  if (base.n === 0) return 'there is nothing that it can be compared with yet';
  if (!lift) return 'nothing that it is compared with was changed, so that there is no lift';
  if (lift[0] > 1) return null;
  return `its lift may as well be 1: the interval is ${lift[0].toFixed(2)} to ${lift[1].toFixed(2)}`;
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
