import type { Pattern } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { liftExtent, liftMarks, liftText } from './figures.ts';

/** A lift, never without its interval, with a bar on which the dashed line is "as often as any line". */
export function LiftCell({ of }: { of: Pattern }) {
  const text = liftText(of);
  if (text === undefined) return <Unknown why="How often lines of this language are changed at all is not known" />;
  const marks = liftMarks(of);
  return (
    <span class="flex items-center gap-4">
      <span class="w-16 shrink-0 max-md:hidden 2xl:w-24">
        {marks && <IntervalBar {...marks} extent={liftExtent} hasZero />}
      </span>
      <span class="whitespace-nowrap tabular-nums">{text}</span>
    </span>
  );
}
