import type { PortfolioReport } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { pointsText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { methodNames } from './figures.ts';

type Method = PortfolioReport['method'];
type Candidate = Method['candidates'][number];

/** Which method makes the estimates and what the others would have gained: the nightly honest-null test. */
export const MethodView = ({ of, nowMs }: { of: Method; nowMs: number }) => (
  <>
    <p class="max-w-prose">
      In use: <strong class="font-semibold">{methodNames[of.used]}</strong>. {of.why}
    </p>
    <p class="mt-1 mb-3 text-sm text-muted">
      {of.measuredAt === null ? (
        'Not measured yet: this is done every night.'
      ) : (
        <>
          Measured <Time at={of.measuredAt} nowMs={nowMs} /> on {of.tasks.toLocaleString('en')} tasks.
        </>
      )}
    </p>
    {of.candidates.length > 0 && (
      <Table
        caption="Methods against the static table"
        rows={of.candidates}
        columns={columns}
        keyOf={({ method }) => method}
      />
    )}
  </>
);

const columns: Column<Candidate>[] = [
  { name: 'Method', cell: ({ method }) => method },
  {
    name: 'Log loss',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ logLoss }) => (logLoss === null ? <Unknown why="Not enough data" /> : logLoss.toFixed(3)),
  },
  {
    name: 'Gain over the static table, points',
    class: 'w-52 md:w-64',
    isNumber: true,
    cell: ({ gainPoints, interval }) =>
      gainPoints === null ? (
        <Unknown why="It is what the others are measured against, or there is not enough data" />
      ) : (
        <span class="tabular-nums">
          {pointsText(gainPoints)}
          {interval !== null && (
            <span class="whitespace-nowrap">
              {' '}
              [{pointsText(interval[0])}, {pointsText(interval[1])}]
            </span>
          )}
          {interval !== null && interval[0] <= 0 && interval[1] >= 0 && <span class="text-muted"> noise</span>}
        </span>
      ),
  },
];
