import type { PortfolioReport } from '@whetstone/shared/contract';
import { shareText } from '../../evals/figures.ts';
import { Time } from '../../ui/time.tsx';

interface Props {
  drift: PortfolioReport['drift'];
  nowMs: number;
}

/** When a model was seen to do otherwise than before, the latest first. */
export const DriftList = ({ drift, nowMs }: Props) =>
  drift.length === 0 ? (
    <p class="text-muted">None was measured.</p>
  ) : (
    <ul class="divide-y divide-line border-y border-line text-sm">
      {drift
        .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
        .map(({ at, why, before, after }) => (
          <li key={at} class="flex flex-wrap gap-x-4 py-1.5">
            <span class="w-28 text-muted">
              <Time at={at} nowMs={nowMs} />
            </span>
            <span class="tabular-nums">
              {before !== null && after !== null && (
                <span class={after < before ? 'text-bad' : 'text-good'}>
                  {after < before ? '↓' : '↑'} {shareText(before)} → {shareText(after)}
                </span>
              )}
            </span>
            <span class="min-w-0 break-words">{why}</span>
          </li>
        ))}
    </ul>
  );
