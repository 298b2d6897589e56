import { rateText } from '../ui/figures.ts';
import { IntervalBar } from '../ui/interval-bar.tsx';

interface Props {
  rate: number;
  interval: readonly [number, number];
  n: number;
}

/** A pass rate as tables show it: never without its interval and its n, with a thin bar from 0 to 100 %. */
export const RateCell = ({ rate, interval, n }: Props) => (
  <span class="flex items-center gap-3">
    <span class="w-24 shrink-0 max-md:hidden">
      <IntervalBar interval={interval} at={rate} extent={[0, 1]} />
    </span>
    <span class="tabular-nums whitespace-nowrap">{rateText(rate, interval, n)}</span>
  </span>
);

/** In the place of a figure that is not known; why stands on hover. */
export const Unknown = ({ why }: { why: string }) => (
  <span class="text-muted" title={why}>
    -
  </span>
);
