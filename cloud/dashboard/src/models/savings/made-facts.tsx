import type { PortfolioReport } from '@whetstone/shared/contract';
import { wholePercent } from '../texts.ts';

/** How many recommendations there were and what became of them. */
export function MadeFacts({ of }: { of: PortfolioReport['recommendations'] }) {
  const offline = of.offline === 0 ? 'all with the server' : `${of.offline.toLocaleString('en')} without the server`;
  return (
    <>
      <dl class="flex flex-wrap gap-x-10 gap-y-3">
        <Fact name="made" count={of.made} about={offline} />
        <Fact name="explored" count={of.explored} among={of.made} about="chosen to learn" />
        <Fact
          name="applied"
          count={of.applied}
          among={of.looked}
          about="an outcome of the recommended model followed"
        />
        <Fact name="overridden" count={of.overridden} among={of.looked} about="an outcome of another model followed" />
        <Fact
          name="without outcome"
          count={of.withoutOutcome}
          among={of.looked}
          about="nobody told what became of it"
        />
      </dl>
      {of.looked < of.made && (
        <p class="mt-2 text-sm text-muted">
          What followed was looked at for the newest {of.looked.toLocaleString('en')} alone.
        </p>
      )}
    </>
  );
}

interface FactProps {
  name: string;
  count: number;
  /** What it is a share of. */
  among?: number;
  about: string;
}

const Fact = ({ name, count, among = 0, about }: FactProps) => (
  <div>
    <dt class="text-xs text-muted">{name}</dt>
    <dd class="text-title tabular-nums">
      {count.toLocaleString('en')}
      {among > 0 && <span class="ml-1.5 text-sm text-muted">{wholePercent(count / among)}</span>}
    </dd>
    <dd class="text-xs text-muted">{about}</dd>
  </div>
);
