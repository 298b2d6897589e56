import type { Output, WhetstoneContract } from '@whetstone/shared/contract';
import type { ComponentChildren } from 'preact';
import { EmptyState } from '../ui/states.tsx';
import { IntervalBar } from '../ui/interval-bar.tsx';
import { extentOf, figure, formOf, signed, type MetricForm } from '../ui/figures.ts';

type Experiment = Output<WhetstoneContract['getExperiment']>;
type Comparison = Experiment['comparisons'][number];

const verdicts: Record<Experiment['decision']['state'], { shape: string; look: string; words: string }> = {
  too_early: { shape: '…', look: 'text-muted', words: 'not distinguishable from noise yet' },
  no_difference: { shape: '=', look: 'text-text', words: 'no difference that matters' },
  better: { shape: '▲', look: 'text-good', words: 'distinguishable from noise: better' },
  worse: { shape: '▼', look: 'text-bad', words: 'distinguishable from noise: worse' },
  srm_broken: { shape: '!', look: 'text-warn', words: 'cannot be judged' },
};

const headClass = 'text-left text-xs text-muted [&_th]:py-1 [&_th]:pr-4 [&_th]:font-normal';
const rowClass = 'border-b border-line [&_td]:py-2 [&_td]:pr-4';

/** Each variant with its interval and n, each difference with its sign and whether it is more than noise. */
export function ExperimentResult({ of: experiment }: { of: Experiment }) {
  const { key, metric, kind, variants, comparisons, decision, sampleRatio, control } = experiment;
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
  return (
    <>
      {isBroken && (
        <p role="alert" class="mb-3 rounded border border-warn bg-warn-surface px-3 py-2 text-sm text-warn">
          <span aria-hidden="true">! </span>Sample ratio mismatch: {sampleRatio.text}
        </p>
      )}
      {(isBroken || comparisons.length === 0) && <p class="mb-3 border-l-4 border-line pl-3">{decision.text}</p>}
      <Arms of={experiment} form={form} />
      {comparisons.length > 0 && control !== undefined && (
        <Comparisons of={comparisons} control={control} form={form} isBroken={isBroken} />
      )}
      <p class="mt-4 max-w-prose text-xs text-muted">
        {!isBroken && sampleRatio.text} {experiment.crossovers.toLocaleString('en')} units were seen in more than one
        variant and {experiment.notRandomised.toLocaleString('en')} were decided by rules alone: they count in no
        figure.
        {experiment.contradicted > 0 &&
          ` ${experiment.contradicted.toLocaleString('en')} outcomes name another variant than the exposure and count by the exposure.`}
      </p>
    </>
  );
}

function Arms({ of: { metric, variants, better, control }, form }: { of: Experiment; form: MetricForm }) {
  const extent = extentOf(variants.flatMap(({ interval }) => (interval ? [interval] : [])));
  return (
    <table class="w-full text-sm">
      <caption class="pb-1 text-left text-xs text-muted">
        {metric} per unit, 95 % intervals; {better} is better
      </caption>
      <thead class={headClass}>
        <tr class="border-b border-line">
          <th class="w-36 max-md:w-28">Variant</th>
          <th class="md:w-64">Mean [interval] n</th>
          <th class="max-md:hidden">
            <span class="sr-only">Interval as a bar</span>
          </th>
          <th class="w-36 !pr-0 !text-right max-md:hidden">Chance to be best</th>
        </tr>
      </thead>
      <tbody>
        {variants.map(({ variant, units, unitsWithOutcome, mean, interval, chanceToBeBest }) => {
          const bar = interval && mean !== undefined && <IntervalBar interval={interval} at={mean} extent={extent} />;
          return (
            <tr key={variant} class={rowClass}>
              <td class="font-mono break-words">
                {variant}
                {variant === control && <span class="ml-2 font-sans text-xs text-muted">control</span>}
              </td>
              <td
                class="tabular-nums"
                title={mean === undefined ? `${units} units, none with an outcome` : `${units} units exposed`}
              >
                {mean === undefined ? '-' : figure(mean, interval, unitsWithOutcome, form)}
                <span class="mt-1 block md:hidden">{bar}</span>
              </td>
              <td class="max-md:hidden">{bar}</td>
              <td class="!pr-0 text-right tabular-nums max-md:hidden">
                {chanceToBeBest === undefined ? <span title="Too little is known">-</span> : chanceText(chanceToBeBest)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** A computed chance is never certain. */
const chanceText = (chance: number) =>
  chance > 0.999 ? '> 99.9 %' : chance < 0.001 ? '< 0.1 %' : `${(chance * 100).toFixed(1)} %`;

interface ComparisonsProps {
  of: readonly Comparison[];
  control: string;
  form: MetricForm;
  isBroken: boolean;
}

function Comparisons({ of, control, form, isBroken }: ComparisonsProps) {
  const points = pointsOf(form);
  const bounds = of.flatMap(({ absolute, sequential }) =>
    [absolute, sequential].flatMap((test) => test?.interval ?? []),
  );
  const extent = extentOf([[0, 0], ...bounds.map((bound): [number, number] => [bound, bound])]);
  return (
    <table class="mt-6 w-full text-sm">
      <caption class="pb-1 text-left text-xs text-muted">
        Against {control}. Thick: 95 % for one planned look. Thin: holds at every look, and alone decides.
      </caption>
      <thead class={headClass}>
        <tr class="border-b border-line">
          <th class="w-36 max-md:w-20">Variant</th>
          <th class="md:w-64">Difference [interval]</th>
          <th class="max-md:hidden">
            <span class="sr-only">Intervals as bars around no difference</span>
          </th>
          <th class="w-1/3 !pr-0 max-md:hidden">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ variant, absolute, relative, adjusted, sequential, decision: { state, text } }) => {
          const bar = absolute && (
            <IntervalBar
              interval={absolute.interval}
              wider={sequential?.interval}
              at={absolute.lift}
              extent={extent}
              hasZero
            />
          );
          const verdict = <Verdict state={isBroken ? 'srm_broken' : state} text={text} />;
          return (
            <tr key={variant} class={`${rowClass} align-top`}>
              <td class="font-mono break-words">{variant}</td>
              <td class="tabular-nums">
                {absolute ? signed(absolute.lift, absolute.interval, points) : <span title="Too few outcomes">-</span>}
                {relative && (
                  <Aside>
                    {signed(relative.lift, relative.interval, { scale: 100, unit: ' %' })} of {control}
                  </Aside>
                )}
                {adjusted.absolute && (
                  <Aside>
                    {signed(adjusted.absolute.lift, adjusted.absolute.interval, points)} with the past of the units
                    taken out
                  </Aside>
                )}
                <span class="mt-1 block md:hidden">
                  {bar}
                  {verdict}
                </span>
              </td>
              <td class="max-md:hidden">{bar}</td>
              <td class="!pr-0 max-md:hidden">{verdict}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const Aside = ({ children }: { children: ComponentChildren }) => (
  <span class="block text-xs text-muted">{children}</span>
);

const Verdict = ({ state, text }: { state: Experiment['decision']['state']; text: string }) => (
  <>
    <span class={`block font-medium ${verdicts[state].look}`}>
      <span aria-hidden="true">{verdicts[state].shape} </span>
      {verdicts[state].words}
    </span>
    <span class="block text-xs text-muted">{text}</span>
  </>
);

/** A difference of rates is in points, not in per cent. */
const pointsOf = (form: MetricForm): MetricForm => (form.scale === 100 ? { scale: 100, unit: ' points' } : form);
