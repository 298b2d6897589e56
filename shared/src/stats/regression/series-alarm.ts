import { cusum, cusumReference, type CusumReference } from '../cusum.ts';

interface Series {
  /** Of each night, the oldest first. */
  rates: readonly number[];
  /** Of each problem, over the nights of the reference. */
  passRates: readonly number[];
  /** Nights after which the sum starts at 0 again: those of alarms that were looked into. */
  restarts?: readonly number[];
}

export interface SeriesAlarm {
  isAlarm: boolean;
  sum: number;
  reference: CusumReference;
  /** The last night before the sum began to rise: as good as the reference, as far as the sum can tell. */
  lastGood: number;
}

/** So many nights are taken for quiet before any is judged. */
export const referenceNights = 14;

/**
 * Whether the last night of a series is an alarm: CUSUM with k = .5 and h = 5 against the first nights; `undefined` while
 * there are no more than these. Starts anew after an alarm.
 */
export function seriesAlarm({ rates, passRates, restarts = [] }: Series): SeriesAlarm | undefined {
  if (rates.length <= referenceNights) return undefined;
  const reference = cusumReference(rates.slice(0, referenceNights), passRates);
  let from = Math.max(referenceNights, ...restarts.map((night) => night + 1));
  let steps = cusum(rates.slice(from), reference);
  for (let alarm = steps.findIndex(({ isAlarm }) => isAlarm); alarm !== -1 && alarm < steps.length - 1;) {
    from += alarm + 1;
    steps = cusum(rates.slice(from), reference);
    alarm = steps.findIndex(({ isAlarm }) => isAlarm);
  }
  const last = steps.at(-1);
  const quiet = steps.findLastIndex(({ sum }) => sum === 0);
  return {
    isAlarm: last?.isAlarm ?? false,
    sum: last?.sum ?? 0,
    reference,
    lastGood: from + quiet,
  };
}
