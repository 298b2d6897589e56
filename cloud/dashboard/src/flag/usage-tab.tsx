import type { Flag } from '@whetstone/shared/contract';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { Chart } from '../chart/chart.tsx';
import { useProject } from '../live/project.tsx';
import { useShortcuts } from '../shell/keyboard.tsx';
import { Button } from '../ui/button.tsx';
import { Ranges } from '../ui/ranges.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { MarkCell, MarkLinks } from './mark-links.tsx';
import { marksByStep } from './model/marks.ts';
import { usageTable } from './model/usage.ts';
import { useMarks } from './use-marks.ts';

const ranges = ['24h', '7d', '30d', '90d'] as const;

/** Which variant was served how often, to how many, and what was done to the flag meanwhile. */
export function UsageTab({ flag, nowMs }: { flag: Flag; nowMs: number }) {
  const flagKey = flag.key;
  const { api } = useProject();
  const [range, setRange] = useState<(typeof ranges)[number]>('7d');
  const [asTable, setAsTable] = useState(false);
  const { query, reload } = useQuery(
    (signal) => api.getFlagUsage({ key: flagKey, timeRange: range }, { signal }),
    [api, flagKey, range],
  );
  const usage = query.state === 'ready' ? query.data : undefined;
  const table = useMemo(() => (usage ? usageTable(usage) : undefined), [usage]);
  const series = useMemo(() => table?.series.map(({ variant, points }) => ({ label: variant, points })) ?? [], [table]);
  const { marks, error: marksError } = useMarks(flag, table?.times[0]);
  const steps = useMemo(() => marksByStep(marks, table?.times ?? []), [marks, table]);
  const moments = useMemo(() => marks.map(({ at }) => at), [marks]);
  const above = useCallback(
    (placesPx: readonly number[]) => <MarkLinks flagKey={flagKey} marks={marks} placesPx={placesPx} />,
    [flagKey, marks],
  );
  const textOf = usage?.step === 'hour' ? hourText : dayText;
  useShortcuts([{ keys: 't', does: 'Chart or table', run: () => setAsTable(!asTable) }]);

  return (
    <>
      <div class="mb-3 flex flex-wrap items-center gap-1">
        <Ranges ranges={ranges} chosen={range} onChoose={setRange} />
        <span class="ml-auto flex gap-1">
          <Button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Table <kbd class="font-mono text-xs text-muted max-md:hidden">t</kbd>
          </Button>
          <Button kind="quiet" onClick={reload}>
            Refresh
          </Button>
        </span>
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The usage could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && (
        <p aria-busy="true" class="flex h-60 items-center justify-center">
          <Skeleton width={40} />
        </p>
      )}
      {usage && table && usage.exposures === 0 && (
        <EmptyState title={`Nobody was served this flag in the last ${range}`}>
          <p>
            This fills as agents ask: <code class="font-mono text-sm">evaluate_flag</code> and the client library record
            each answer within a second. Calls of the HTTP API record with{' '}
            <code class="font-mono text-sm">POST /api/flags/exposures</code>.
          </p>
        </EmptyState>
      )}
      {usage?.notes.map((note) => (
        <p key={note} class="mb-2 text-sm text-muted">
          {note}
        </p>
      ))}
      {marksError !== undefined && (
        <ErrorState what="The changes of the flag could not be loaded; the chart is without them" error={marksError} />
      )}
      {usage && table && usage.exposures > 0 && (
        <>
          {asTable ? (
            <div class="max-h-[60vh] overflow-auto" tabindex={0} role="region" aria-label="Exposures as a table">
              <table class="text-sm">
                <caption class="sr-only">Changes of the flag, and exposures by {usage.step}</caption>
                <thead class="sticky top-0 bg-canvas text-xs text-muted">
                  <tr class="border-b border-line">
                    <th class="py-1 pr-6 text-left font-normal">{stepNames[usage.step]}</th>
                    {table.series.map(({ variant }) => (
                      <th key={variant} class="py-1 pr-6 text-right font-mono font-normal">
                        {variant}
                      </th>
                    ))}
                    <th class="py-1 text-left font-normal">Changes</th>
                  </tr>
                </thead>
                <tbody>
                  {table.times.map((time, i) => (
                    <tr key={time} class="border-b border-line">
                      <td class="py-0.5 pr-6 whitespace-nowrap">{textOf(time)}</td>
                      {table.series.map(({ variant, points }) => (
                        <td key={variant} class="py-0.5 pr-6 text-right tabular-nums">
                          {(points[i] ?? 0).toLocaleString('en')}
                        </td>
                      ))}
                      <td class="py-0.5 whitespace-nowrap">
                        <MarkCell flagKey={flagKey} marks={steps[i] ?? []} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <Chart
              label={`Exposures by ${usage.step} and variant`}
              times={table.times}
              series={series}
              moments={moments}
              above={above}
              unit={`exposures per ${usage.step}`}
              timeText={usage.step === 'hour' ? hourText : shortDayText}
            />
          )}
          <table class="mt-4 w-full max-w-2xl text-sm">
            <caption class="sr-only">Variants in the last {range}</caption>
            <thead class="text-xs text-muted">
              <tr class="border-b border-line">
                <th class="py-1 text-left font-normal">Variant</th>
                <th class="py-1 text-right font-normal">Exposures</th>
                <th class="py-1 text-right font-normal" title="Distinct, exact; exposures without a unit are in none">
                  Units
                </th>
                <th class="py-1 text-right font-normal">Last</th>
              </tr>
            </thead>
            <tbody>
              {usage.variants.map(({ variant, exposures, units, lastSeenAt }) => (
                <tr key={variant} class="border-b border-line">
                  <td class="py-1 font-mono break-words">{variant}</td>
                  <td class="py-1 text-right tabular-nums">{exposures.toLocaleString('en')}</td>
                  <td
                    class="py-1 text-right tabular-nums"
                    title={units === null ? 'The range reaches further back than units are kept' : undefined}
                  >
                    {units === null ? '-' : units.toLocaleString('en')}
                  </td>
                  <td class="py-1 text-right whitespace-nowrap">
                    <Time at={lastSeenAt} nowMs={nowMs} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

const stepNames = { hour: 'Hour', day: 'Day (UTC)', week: 'Week of (UTC)' } as const;

const dayText = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 10);
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const shortDayText = (seconds: number) => shortDay.format(seconds * 1_000);
const hourText = (seconds: number) =>
  new Date(seconds * 1_000).toLocaleString('en-GB', {
    day: '2-digit',
    month: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
