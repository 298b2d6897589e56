import { rateParts } from '../ui/figures.ts';
import { IntervalBar } from '../ui/interval-bar.tsx';

interface Props {
  rate: number;
  interval: readonly [number, number];
  n: number;
}

/** A pass rate: never without its interval and its n, with a thin bar from 0 to 100 %. On narrow screens in two lines. */
export const RateCell = ({ rate, interval, n }: Props) => (
  <span class="flex items-center gap-4">
    <span class="w-16 shrink-0 max-md:hidden 2xl:w-24">
      <IntervalBar interval={interval} at={rate} extent={[0, 1]} />
    </span>
    <span class="tabular-nums md:whitespace-nowrap">
      {rateParts(rate, interval, n).map((part) => [
        <span key={part} class="whitespace-nowrap">
          {part}
        </span>,
        ' ',
      ])}
    </span>
  </span>
);

/** In the place of a figure that is not known; why stands on hover. */
export const Unknown = ({ why }: { why: string }) => (
  <span class="text-muted" title={why}>
    -
  </span>
);
