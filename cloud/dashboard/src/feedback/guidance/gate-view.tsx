import type { GateResult } from '@whetstone/shared/contract';
import { pText } from '../../evals/figures.ts';
import { Fact, Facts } from '../../evals/facts.tsx';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Word } from '../../evals/word.tsx';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { Time } from '../../ui/time.tsx';
import { decisionLooks } from '../words.ts';
import { costText, differenceText, isShort, pathTexts, planText } from './gate.ts';

/** What a gate planned, measured and decided. */
export function GateView({ of, nowMs }: { of: GateResult; nowMs: number }) {
  const { plan, runs } = of;
  const difference = differenceText(of);
  const cost = costText(of);
  return (
    <section class="border-t border-line py-3">
      <h3 class="mb-2 flex flex-wrap items-baseline gap-x-3">
        <Word look={decisionLooks[of.decision]} />
        {of.path !== null && <span>{pathTexts[of.path]}</span>}
        <span class="text-sm text-muted">
          <Time at={of.endedAt ?? of.startedAt} nowMs={nowMs} />
        </span>
      </h3>
      <Facts class="text-sm">
        <Fact name="Because">{of.reason}</Fact>
        <Fact name="Plan">
          <span class={isShort(of) ? 'text-warn' : ''}>
            {isShort(of) && <span aria-hidden="true">! </span>}
            {planText(of)}
          </span>
          <span class="text-muted">
            {' '}
            on <span class="font-mono">{plan.dataset}</span> with <span class="font-mono">{plan.model}</span>; α{' '}
            {plan.alpha} for each path
            {plan.candidates > 1 && `, by Holm over ${plan.candidates} candidates`}
          </span>
        </Fact>
        <Fact name="Difference">
          {difference === undefined ? (
            <Unknown why={of.reason} />
          ) : (
            <span class="flex flex-wrap items-center gap-x-4">
              {of.differenceInterval !== null && (
                <span class="w-32 shrink-0">
                  <IntervalBar
                    interval={of.differenceInterval}
                    at={of.differencePoints!}
                    extent={pointsExtent(of.differenceInterval)}
                    hasZero
                  />
                </span>
              )}
              <span class="tabular-nums">{difference}</span>
              {of.wins !== null && of.losses !== null && (
                <span class="text-muted">
                  {of.wins} won, {of.losses} lost
                </span>
              )}
            </span>
          )}
        </Fact>
        <Fact name="Cost">
          {cost === undefined ? (
            <Unknown why={of.reason} />
          ) : (
            <span class="tabular-nums">
              {cost} <span class="text-muted">of what a task costs without it</span>
            </span>
          )}
        </Fact>
        <Fact name="Chance">
          {of.pGain === null && of.pCheaper === null ? (
            <Unknown why={of.reason} />
          ) : (
            <span class="tabular-nums">
              {[
                of.pGain !== null && `gain ${pText(of.pGain)}`,
                of.pCheaper !== null && `cheaper ${pText(of.pCheaper)}`,
                of.pAdjusted !== null && `decided by ${pText(of.pAdjusted)} after Holm`,
              ]
                .filter((each) => each !== false)
                .join(', ')}
            </span>
          )}
        </Fact>
        {(runs.without !== null || runs.with !== null) && (
          <Fact name="Runs">
            {runs.without !== null && <RunLink id={runs.without} name="without" />}
            {runs.with !== null && <RunLink id={runs.with} name="with" />}
            {runs.without !== null && runs.with !== null && (
              <a
                href={`/runs/compare?${new URLSearchParams({ a: runs.without, b: runs.with }).toString()}`}
                class="text-accent underline"
              >
                compared
              </a>
            )}
          </Fact>
        )}
      </Facts>
    </section>
  );
}

const RunLink = ({ id, name }: { id: string; name: string }) => (
  <a href={`/runs/${id}`} class="mr-3 text-accent underline">
    {name}
  </a>
);

/** No difference is always on it. */
const pointsExtent = ([low, high]: readonly [number, number]): [number, number] => {
  const far = Math.max(10, Math.abs(low), Math.abs(high)) * 1.1;
  return [-far, far];
};
