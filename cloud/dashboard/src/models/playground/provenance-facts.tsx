import type { Recommendation } from '@whetstone/shared/contract';
import { Fact, Facts } from '../../evals/facts.tsx';
import { shareText } from '../../evals/figures.ts';
import { Unknown } from '../../evals/rate-cell.tsx';
import { useNow } from '../../live/use-now.ts';
import { Time } from '../../ui/time.tsx';

/** How the answer was drawn, by which method, and how old what it knows is. */
export function ProvenanceFacts({ of }: { of: Recommendation }) {
  const nowMs = useNow();
  return (
    <Facts>
      <Fact name="Chosen with">
        {shareText(of.propensity)} {of.explored ? 'to learn, within the budget for that' : '(its propensity)'}
      </Fact>
      <Fact name="Price what-if">
        {of.priceWhatIf ?? <Unknown why="No price of another model would change this" />}
      </Fact>
      <Fact name="Method">{of.method}</Fact>
      <Fact name="Table">
        <code class="font-mono text-sm break-all">{of.tableVersion}</code>
      </Fact>
      <Fact name="Newest outcome">
        {of.dataAt === null ? <Unknown why="No outcome counts yet" /> : <Time at={of.dataAt} nowMs={nowMs} />}
      </Fact>
    </Facts>
  );
}
