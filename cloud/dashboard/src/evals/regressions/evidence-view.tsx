import type { Regression } from '@whetstone/shared/contract';
import { pointsText } from '../../ui/figures.ts';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { Fact, Facts } from '../facts.tsx';
import { pText, shareText } from '../figures.ts';
import { RateCell } from '../rate-cell.tsx';

type Evidence = NonNullable<Regression['evidence']>;
type Arm = Evidence['before'];

/** Both builds with what was run of them, and how sure the difference is. */
export function EvidenceView({ evidence, runs }: { evidence: Evidence; runs: Regression['runs'] }) {
  const { before, after, dropPoints, interval, p, power, problems } = evidence;
  const [low, high] = [-interval[1], -interval[0]];
  return (
    <>
      <Facts class="mb-4 max-w-4xl">
        <Fact name="Difference">
          <span class="flex flex-wrap items-center gap-x-3 tabular-nums">
            <span class="w-40 max-md:hidden">
              <IntervalBar
                interval={[low, high]}
                at={-dropPoints}
                extent={[Math.min(-10, low - 2), Math.max(10, high + 2)]}
                hasZero
              />
            </span>
            {pointsText(-dropPoints)} points [{pointsText(low)}, {pointsText(high)}], {pText(p)}
          </span>
        </Fact>
        <Fact name="Test">one-sided paired z over {problems} problems, both builds run again</Fact>
        <Fact name="Power">
          a true drop of 10 points would be found in <span class="tabular-nums">{shareText(power)}</span> of cases
        </Fact>
      </Facts>
      <div class="grid max-w-4xl gap-x-8 gap-y-4 md:grid-cols-2">
        <ArmView title="Before" arm={before} first={runs.before} />
        <ArmView title="After" arm={after} first={runs.after} />
      </div>
    </>
  );
}

const ArmView = ({ title, arm, first }: { title: string; arm: Arm; first: string }) => (
  <section>
    <h3 class="mb-1 border-b border-line pb-1 font-medium">{title}</h3>
    <Facts class="!grid-cols-[6.5rem_minmax(0,1fr)] !gap-x-2">
      <Fact name="Pass rate">
        <RateCell rate={arm.passRate} interval={arm.interval} n={arm.n} />
      </Fact>
      <Fact name="Build">
        <code class="font-mono" title={arm.commit ?? arm.buildId}>
          {arm.commit?.slice(0, 12) ?? arm.buildId.slice(0, 12)}
        </code>
      </Fact>
      <Fact name="Infrastructure">
        <span
          class="tabular-nums"
          title="Errors that are no verdicts; above the limit of the settings nothing is rolled back"
        >
          {shareText(arm.infrastructureErrorRate)} errors
        </span>
      </Fact>
      <Fact name="Runs">
        {arm.runIds.map((id, i) => (
          <span key={id}>
            {i > 0 && ', '}
            <a href={`/runs/${id}`} class="underline" title={id}>
              {id === first ? 'the run' : `rerun ${i}`}
            </a>
          </span>
        ))}
      </Fact>
    </Facts>
  </section>
);
