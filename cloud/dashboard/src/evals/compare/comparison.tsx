import type { EvalRun, RunComparison } from '@whetstone/shared/contract';
import type { ComponentChildren } from 'preact';
import { useNow } from '../../live/use-now.ts';
import { pointsText } from '../../ui/figures.ts';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { Time } from '../../ui/time.tsx';
import { RateCell } from '../rate-cell.tsx';
import { DiscordantTable } from './discordant-table.tsx';
import { PairedMatrix } from './paired-matrix.tsx';

interface Props {
  of: RunComparison;
  runs: { A: EvalRun; B: EvalRun };
}

const looks = {
  better: { sign: '↑', class: 'text-good' },
  worse: { sign: '↓', class: 'text-bad' },
  'no difference detected': { sign: '≈', class: 'text-muted' },
} as const;

/** What the comparison says, what it rests on, and the problems that came out differently. */
export function Comparison({ of, runs }: Props) {
  const nowMs = useNow();
  const { verdict, differencePoints, interval, p, test, detectablePoints, problems, missing } = of;
  return (
    <>
      <p class={`mb-3 text-title break-words ${looks[verdict].class}`}>
        <span aria-hidden="true">{looks[verdict].sign}</span> {of.sentence}
      </p>
      <dl class="grid grid-cols-[3.5rem_minmax(0,1fr)] gap-x-4 gap-y-2 md:grid-cols-[3.5rem_minmax(0,16rem)_auto] md:justify-start">
        <Side name="A" run={runs.A} nowMs={nowMs} rate={of.a} />
        <Side name="B" run={runs.B} nowMs={nowMs} rate={of.b} />
        <dt class="text-muted">B − A</dt>
        <dd class="text-muted max-md:hidden">in percentage points</dd>
        <dd class="flex items-center gap-4 tabular-nums max-md:col-start-2">
          {interval === null ? (
            `${pointsText(differencePoints)} points, without an interval: all problems changed alike`
          ) : (
            <>
              <span class="w-24 shrink-0 max-md:hidden">
                <IntervalBar interval={interval} at={differencePoints} extent={around(interval)} hasZero />
              </span>
              <span class="md:whitespace-nowrap">
                {pointsText(differencePoints)} points{' '}
                <span class="whitespace-nowrap">
                  [{pointsText(interval[0])}, {pointsText(interval[1])}]
                </span>
              </span>
            </>
          )}
        </dd>
        <dt class="text-muted">Test</dt>
        <dd class="max-md:col-start-2 md:col-span-2">
          {test}, p = {p.toPrecision(2)}; {problems} problems with verdicts on both sides
          {missing > 0 && `, ${missing} on one side alone`}
          <span class="text-muted">
            ; sees a true difference of {detectablePoints.toFixed(1)} points in 80 % of such comparisons
          </span>
        </dd>
      </dl>
      {of.warnings.map((warning) => (
        <p key={warning} class="mt-2 text-warn">
          ! {warning}
        </p>
      ))}
      <PairedMatrix matrix={of.matrix} />
      <DiscordantTable of={of} />
    </>
  );
}

/** Wide enough for the interval, and for 10 points on both sides of no difference. */
const around = ([low, high]: readonly [number, number]): [number, number] => {
  const reach = Math.max(10, -low, high) * 1.05;
  return [-reach, reach];
};

interface SideProps {
  name: string;
  run: EvalRun;
  nowMs: number;
  rate: RunComparison['a'];
}

/** Two runs of one subject have one label: when they were and what of is what tells them apart. */
function Side({ name, run, nowMs, rate }: SideProps) {
  const { promptVersion, guidanceVersion, commit } = run.build;
  return (
    <>
      <dt class="text-muted">{name}</dt>
      <dd class="min-w-0">
        <a href={`/runs/${rate.runId}`} class="block truncate font-mono underline" title={rate.label}>
          {rate.label}
        </a>
        <span class="text-xs text-muted">
          <Time at={run.createdAt} nowMs={nowMs} />
          <Version name="prompt" of={promptVersion} />
          <Version name="guidance" of={guidanceVersion} />
          <Version name="commit" of={commit?.slice(0, 12)} />
        </span>
      </dd>
      <dd class="max-md:col-start-2">
        <RateCell rate={rate.passRate} interval={rate.interval} n={rate.n} />
      </dd>
    </>
  );
}

const Version = ({ name, of }: { name: string; of: string | undefined }): ComponentChildren =>
  of === undefined ? null : (
    <>
      , {name} <span class="break-words">{of}</span>
    </>
  );
