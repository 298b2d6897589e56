import type { Output, WhetstoneContract } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';
import { extentOf, figure, formOf, signed } from './model/figures.ts';

type Experiment = Output<WhetstoneContract['getExperiment']>;

const ranges = ['7d', '30d', '90d'] as const;
const knownMetrics = ['success', 'costUsd', 'timeMs', 'corrected'];

/** What the variants did to a metric. */
export function ExperimentTab({ flagKey, variants }: { flagKey: string; variants: readonly string[] }) {
  const { api } = useProject();
  const [metric, setMetric] = useState('success');
  const [range, setRange] = useState<(typeof ranges)[number]>('30d');
  const [control, setControl] = useState('');
  const { query, reload } = useQuery(
    (signal) =>
      api.getExperiment({ key: flagKey, metric, timeRange: range, ...(control !== '' && { control }) }, { signal }),
    [api, flagKey, metric, range, control],
  );
  return (
    <>
      <div class="mb-4 flex flex-wrap items-end gap-3">
        <label class="w-48">
          <span class="mb-1 block text-xs text-muted">Metric</span>
          <input
            type="text"
            list="metric-names"
            class={`${inputClass} font-mono text-sm`}
            value={metric}
            spellcheck={false}
            onChange={(event) => setMetric(event.currentTarget.value.trim() || 'success')}
          />
          <datalist id="metric-names">
            {knownMetrics.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
        <label class="w-44">
          <span class="mb-1 block text-xs text-muted">Compared with</span>
          <select class={inputClass} value={control} onChange={(event) => setControl(event.currentTarget.value)}>
            <option value="">the off variant</option>
            {variants.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="flex gap-1" role="group" aria-label="How far back">
          {ranges.map((each) => (
            <Button
              key={each}
              kind={each === range ? 'plain' : 'quiet'}
              aria-pressed={each === range}
              onClick={() => setRange(each)}
            >
              {each}
            </Button>
          ))}
        </div>
        <Button kind="quiet" class="ml-auto" onClick={reload}>
          Refresh
        </Button>
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The experiment could not be evaluated" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && (
        <div aria-busy="true">
          {[50, 70, 70].map((width, i) => (
            <p key={i} class="border-b border-line py-3">
              <Skeleton width={width} />
            </p>
          ))}
        </div>
      )}
      {query.state === 'ready' && <Result of={query.data} />}
    </>
  );
}

const verdicts: Record<Experiment['decision']['state'], { shape: string; look: string }> = {
  too_early: { shape: '…', look: 'text-muted' },
  no_difference: { shape: '=', look: 'text-text' },
  better: { shape: '▲', look: 'text-good' },
  worse: { shape: '▼', look: 'text-bad' },
  srm_broken: { shape: '!', look: 'text-warn' },
};

function Result({ of: experiment }: { of: Experiment }) {
  const { key, metric, kind, variants, comparisons, decision, sampleRatio, better, control } = experiment;
  if (variants.every(({ unitsWithOutcome }) => unitsWithOutcome === 0)) {
    return (
      <EmptyState title={`Nothing is known of ${metric} for the variants of ${key}`}>
        <p>
          Two things fill this: a split that serves the flag to agents, and their outcomes: the tool{' '}
          <code class="font-mono text-sm">record_outcome</code> or{' '}
          <code class="font-mono text-sm">POST /api/portfolio/record</code> with the same{' '}
          <code class="font-mono text-sm">taskId</code>, or at least the same user.
        </p>
      </EmptyState>
    );
  }
  const form = formOf(metric, kind);
  const isBroken = decision.state === 'srm_broken';
  const { shape, look } = verdicts[decision.state];
  const arms = variants.flatMap(({ interval }) => (interval ? [interval] : []));
  const lifts = comparisons.flatMap(({ absolute }) => (absolute ? [absolute.interval] : []));
  return (
    <>
      <p class={`mb-3 border-l-4 border-line pl-3 ${look}`}>
        <span aria-hidden="true">{shape} </span>
        {decision.text}
      </p>
      {isBroken && (
        <p role="alert" class="mb-3 rounded border border-warn bg-warn-surface px-3 py-2 text-sm text-warn">
          <span aria-hidden="true">! </span>Sample ratio mismatch: {sampleRatio.text}
        </p>
      )}
      <table class="w-full text-sm">
        <caption class="pb-1 text-left text-xs text-muted">
          {metric} per unit, 95 % intervals; {better} is better
        </caption>
        <thead class="text-left text-xs text-muted">
          <tr class="border-b border-line">
            <th class="py-1 pr-3 font-normal">Variant</th>
            <th class="py-1 pr-3 font-normal">Mean [interval] n</th>
            <th class="w-1/3 py-1 pr-3 font-normal max-md:hidden">
              <span class="sr-only">Interval as a bar</span>
            </th>
            <th class="py-1 text-right font-normal max-md:hidden">Chance to be best</th>
          </tr>
        </thead>
        <tbody>
          {variants.map(({ variant, units, unitsWithOutcome, mean, interval, chanceToBeBest }) => (
            <tr key={variant} class="border-b border-line">
              <td class="py-1.5 pr-3 font-mono break-words">
                {variant}
                {variant === control && <span class="ml-2 font-sans text-xs text-muted">control</span>}
              </td>
              <td
                class="py-1.5 pr-3 tabular-nums"
                title={mean === undefined ? `${units} units, none with an outcome` : `${units} units exposed`}
              >
                {mean === undefined ? '-' : figure(mean, interval, unitsWithOutcome, form)}
              </td>
              <td class="py-1.5 pr-3 max-md:hidden">
                {interval && mean !== undefined && (
                  <IntervalBar interval={interval} at={mean} extent={extentOf(arms)} />
                )}
              </td>
              <td class="py-1.5 text-right tabular-nums max-md:hidden">
                {chanceToBeBest === undefined ? (
                  <span title="Too little is known">-</span>
                ) : (
                  `${(chanceToBeBest * 100).toFixed(1)} %`
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {comparisons.length > 0 && (
        <table class="mt-5 w-full text-sm">
          <caption class="pb-1 text-left text-xs text-muted">Against {control}</caption>
          <thead class="text-left text-xs text-muted">
            <tr class="border-b border-line">
              <th class="py-1 pr-3 font-normal">Variant</th>
              <th class="py-1 pr-3 font-normal">Difference [interval]</th>
              <th class="w-1/3 py-1 pr-3 font-normal max-md:hidden">
                <span class="sr-only">Interval as a bar around no difference</span>
              </th>
              <th class="py-1 font-normal">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {comparisons.map(({ variant, absolute, relative, adjusted, decision: each }) => (
              <tr key={variant} class="border-b border-line align-top">
                <td class="py-1.5 pr-3 font-mono break-words">{variant}</td>
                <td class="py-1.5 pr-3 tabular-nums">
                  {absolute ? (
                    signed(absolute.lift, absolute.interval, pointsOf(form))
                  ) : (
                    <span title="Too few outcomes">-</span>
                  )}
                  {relative && (
                    <span class="block text-xs text-muted">
                      {signed(relative.lift, relative.interval, { scale: 100, unit: ' %' })} of the control
                    </span>
                  )}
                  {adjusted.absolute && (
                    <span class="block text-xs text-muted">
                      {signed(adjusted.absolute.lift, adjusted.absolute.interval, pointsOf(form))} with the past of the
                      units taken out
                    </span>
                  )}
                </td>
                <td class="py-1.5 pr-3 max-md:hidden">
                  {absolute && (
                    <IntervalBar
                      interval={absolute.interval}
                      at={absolute.lift}
                      extent={extentOf([...lifts, [0, 0]])}
                      zero
                    />
                  )}
                </td>
                <td class={`py-1.5 ${verdicts[each.state].look}`}>
                  <span aria-hidden="true">{verdicts[each.state].shape} </span>
                  {each.text}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="mt-4 text-xs text-muted">
        {!isBroken && sampleRatio.text} {experiment.crossovers.toLocaleString('en')} units were seen in more than one
        variant and {experiment.notRandomised.toLocaleString('en')} were decided by rules alone: they count in no
        figure.
        {experiment.contradicted > 0 &&
          ` ${experiment.contradicted.toLocaleString('en')} outcomes name another variant than the exposure and count by the exposure.`}
      </p>
    </>
  );
}

/** A difference of rates is in points, not in per cent. */
const pointsOf = (form: ReturnType<typeof formOf>) => (form.scale === 100 ? { scale: 100, unit: ' points' } : form);

interface BarProps {
  interval: readonly [number, number];
  at: number;
  extent: readonly [number, number];
  zero?: boolean;
}

function IntervalBar({ interval: [low, high], at, extent: [from, to], zero }: BarProps) {
  const x = (value: number) => `${((value - from) / (to - from)) * 100}%`;
  return (
    <svg width="100%" height="16" aria-hidden="true" class="block">
      {zero && <line x1={x(0)} x2={x(0)} y1="0" y2="16" stroke="var(--line-strong)" stroke-dasharray="2 2" />}
      <line x1={x(low)} x2={x(high)} y1="8" y2="8" stroke="var(--accent)" stroke-width="2" />
      <line x1={x(low)} x2={x(low)} y1="4" y2="12" stroke="var(--accent)" />
      <line x1={x(high)} x2={x(high)} y1="4" y2="12" stroke="var(--accent)" />
      <circle cx={x(at)} cy="8" r="3" fill="var(--accent)" />
    </svg>
  );
}
