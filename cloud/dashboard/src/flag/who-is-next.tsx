import type { Output, WhetstoneContract } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Time } from '../ui/time.tsx';
import { count, percent } from './model/sentences.ts';

type Next = NonNullable<Output<WhetstoneContract['getRollout']>['next']>;

const firstShown = 20;

/** Who enters with the next step, by name: the first few, the rest when one asks. */
export function WhoIsNext({
  of: { at, coverage, units, count: all },
  isPaused,
  nowMs,
}: {
  of: Next;
  isPaused: boolean;
  nowMs: number;
}) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? units : units.slice(0, firstShown);
  const hasRepos = units.some(({ repoId }) => repoId !== undefined);
  return (
    <section aria-label="Who is next" class="max-w-xl">
      <h2 class="mb-1 text-base font-semibold">Who is next</h2>
      <p class="text-sm">
        {all === 0 ? 'Nobody known enters' : `${count(all, 'known unit')} ${all === 1 ? 'enters' : 'enter'}`} with{' '}
        {percent(coverage)}, <Time at={at} nowMs={nowMs} />
        {isPaused && ' if it is resumed now'}.
      </p>
      {shown.length > 0 && (
        <table class="mt-2 w-full table-fixed text-sm">
          <caption class="sr-only">Units that enter with the next step</caption>
          <thead class="text-left text-xs text-muted">
            <tr class="border-b border-line">
              <th class="py-1 pr-3 font-normal">Unit</th>
              {hasRepos && <th class="py-1 font-normal">Last seen in</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ unit, userId, repoId }) => (
              <tr key={unit} class="border-b border-line">
                <td class="truncate py-1 pr-3 font-mono" title={unit}>
                  {unit}
                  {userId !== undefined && userId !== unit && <span class="ml-2 text-muted">{userId}</span>}
                </td>
                {hasRepos && (
                  <td class="truncate py-1 font-mono text-muted" title={repoId}>
                    {repoId ?? <span title="No repository was named">-</span>}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!isWhole && units.length > firstShown && (
        <Button class="mt-2" onClick={() => setWhole(true)}>
          Show {units.length - firstShown} more
        </Button>
      )}
      {(isWhole || units.length <= firstShown) && all > units.length && (
        <p class="mt-1 text-sm text-muted">and {(all - units.length).toLocaleString('en')} more, not named here</p>
      )}
    </section>
  );
}
