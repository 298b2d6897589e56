import type { Recommendation } from '@whetstone/shared/contract';
import { Fact, Facts } from '../../evals/facts.tsx';
import { shareText } from '../../evals/figures.ts';
import { RateCell, Unknown } from '../../evals/rate-cell.tsx';
import { usdText } from '../../ui/figures.ts';
import { marginText, next10Text, wholePercent } from '../texts.ts';

const levels = {
  none: 'nothing but priors',
  evals: 'runs of evals',
  pool: 'other projects of the pool',
  global: 'all tasks of the project',
  type: 'tasks of this type and language',
  complexity: 'tasks of this type, language and complexity',
  repo: 'tasks of this kind in this repository',
} as const;

/** What is known of the model at tasks like this, what it is tied with, and what would be used without all this. */
export function EvidenceFacts({ of }: { of: Recommendation }) {
  const { evidence, interval, n, plan, estimatedSuccessRate, tieSet, margin, incumbent, savingShare } = of;
  // The rate of the answer is that of the whole plan; the interval is of its first model.
  const rate = plan[0]?.expectedSuccess ?? (plan.length <= 1 ? estimatedSuccessRate : null);
  return (
    <Facts>
      <Fact name="Success rate">
        {rate === null || interval === null ? (
          <Unknown why="Nothing is known of the model" />
        ) : (
          <RateCell rate={rate} interval={interval} n={n} />
        )}
      </Fact>
      <Fact name="Counted">
        {evidence === null || evidence.level === 'none' ? (
          'nothing: n = 0, from priors alone'
        ) : (
          <>
            {evidence.solved} of {evidence.n} solved, {levels[evidence.level]}
          </>
        )}
      </Fact>
      {evidence !== null && (
        <>
          <Fact name="Next 10">{next10Text(evidence.next10)} of the next ten such tasks, with 90 %</Fact>
          <Fact name="Pooled">{wholePercent(evidence.pooledShare)} from wider cells, other projects and priors</Fact>
        </>
      )}
      <Fact name="Confidence">
        {shareText(of.confidence)} that no other model is better by more than {marginText(margin)}
      </Fact>
      <Fact name="Tie set">
        {tieSet.length <= 1 ? (
          'alone: no other is within the margin'
        ) : (
          <>
            <span class="font-mono text-sm break-words">{tieSet.join(', ')}</span>{' '}
            <span class="text-sm text-muted">cheapest first, within {marginText(margin)} of the best</span>
          </>
        )}
      </Fact>
      <Fact name="Incumbent">
        {incumbent === null ? (
          <Unknown why="The settings name none" />
        ) : (
          <>
            <span class="font-mono text-sm break-words">{incumbent.model}</span>{' '}
            {incumbent.estimatedSuccessRate !== null && `${shareText(incumbent.estimatedSuccessRate)} `}
            {incumbent.estimatedCost !== null && `at ${usdText(incumbent.estimatedCost)}`}
          </>
        )}
      </Fact>
      <Fact name="Saving">
        {savingShare === null ? (
          <Unknown why="It takes the costs of both the answer and the incumbent" />
        ) : savingShare >= 0 ? (
          `${shareText(savingShare)} less than the incumbent per task`
        ) : (
          `none: ${shareText(-savingShare)} more than the incumbent per task`
        )}
      </Fact>
    </Facts>
  );
}
