import type { LeaderboardRow } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { Scatter } from '../../chart/scatter.tsx';
import { CostTable } from './cost-table.tsx';
import { dotsOf } from './model.ts';

interface Props {
  rows: readonly LeaderboardRow[];
  asTable: boolean;
}

/** Quality against cost, where costs are known. */
export function ParetoChart({ rows, asTable }: Props) {
  const dots = useMemo(() => dotsOf(rows), [rows]);
  const without = rows.length - dots.length;
  return (
    <section aria-labelledby="pareto">
      <h2 id="pareto" class="mb-2 font-semibold">
        Cost and quality
      </h2>
      {dots.length > 0 && asTable ? (
        <CostTable rows={rows} />
      ) : dots.length > 0 ? (
        <Scatter
          label="Pass rate against cost per solved problem"
          dots={dots}
          xUnit="US dollars per solved problem"
          yUnit="pass rate, %"
        />
      ) : (
        <p class="text-muted">This fills with runs of models whose prices are known.</p>
      )}
      {dots.length > 0 && without > 0 && (
        <p class="mt-1 text-sm text-muted">
          {without} without a known cost {without === 1 ? 'is' : 'are'} left out.
        </p>
      )}
    </section>
  );
}
