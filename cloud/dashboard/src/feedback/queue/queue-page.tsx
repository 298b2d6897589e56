import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { currentRow, useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { moveToRow } from '../../flags/move-to-row.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { Ranges } from '../../ui/ranges.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { NothingCaptured } from '../nothing-captured.tsx';
import { correctionPath } from '../paths.ts';
import { LabelsDialog } from '../review/labels-dialog.tsx';
import { OutcomeLine } from '../review/outcome-line.tsx';
import { reviewKeys } from '../review/review-keys.ts';
import { heldBy, heldText } from '../review/reviewing.ts';
import { useLabels } from '../review/use-labels.ts';
import { useReview } from '../review/use-review.ts';
import { columnsOf } from './columns.tsx';
import { FilterBar } from './filter-bar.tsx';
import { filterOf, inputOf, isFiltered, searchOf, type QueueFilter } from './filter.ts';
import { useSteadyRows } from './steady.ts';
import { SummaryStrip } from './summary-strip.tsx';
import { useKnown } from './use-known.ts';

const pageSize = 50;
const mostRows = 500;
const ranges = ['7d', '30d', '90d', '365d'] as const;
/** Others decide and lock as well. */
const againMs = 15_000;

/** Corrections that wait for a decision, each decided on by a key from its row or opened with one more. */
export function QueuePage() {
  const { api, me } = useProject();
  const { url, route } = useLocation();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const [limit, setLimit] = useState(pageSize);
  const [range, setRange] = useState<(typeof ranges)[number]>('30d');
  const [isLabelling, setLabelling] = useState(false);
  const filter = useMemo(() => filterOf(new URL(url, location.origin).searchParams), [url]);
  const search = searchOf(filter);
  const { query, reload } = useQuery(
    async (signal) => ({ search, ...(await api.listFeedback(inputOf(filter, limit), { signal })) }),
    [api, search, limit],
  );
  const summary = useQuery((signal) => api.feedbackSummary({ timeRange: range }, { signal }), [api, range]);
  const { known, query: knownQuery } = useKnown();
  // The answer to what was asked before is there for a moment longer.
  const answer = query.state === 'ready' && query.data.search === search ? query.data : undefined;
  const { rows, comers, gone, replace, showNow } = useSteadyRows(search, answer);
  usePolled(true, reload, againMs);

  const { outcome, dismiss, tell, act, takeBack } = useReview({
    onChanged: (item) => {
      replace(item);
      summary.reload();
    },
  });
  const { labels, isOwn, choose } = useLabels(known);
  const columns = useMemo(() => columnsOf({ nowMs, search, me: me.key.name, gone }), [nowMs, search, me, gone]);
  // The row that has the focus when the key comes.
  const keysOfRow = () => {
    const item = rows.find(({ id }) => id === currentRow());
    const holder = item && heldBy(item, me.key.name, nowMs);
    return reviewKeys({
      item,
      labels,
      me: me.key.name,
      nowMs,
      refusal: refusal ?? (holder === undefined ? undefined : heldText(holder)),
      tell,
      act: (of, change) =>
        void act(of, change).then((written) => written && change.status !== undefined && moveToRow(1)),
      takeBack: () => void takeBack(),
    });
  };
  useRowKeys(keysOfRow().map(({ keys, does }, i) => ({ keys, does, run: () => keysOfRow()[i]!.run() })));
  const show = (change: Partial<QueueFilter>) => route(`/feedback${searchOf({ ...filter, ...change })}`, true);
  const first = rows.find(({ id, status }) => status === 'pending' && !gone.has(id)) ?? rows[0];
  return (
    <FeedbackPage
      title="Feedback"
      actions={
        <>
          <Button onClick={() => setLabelling(true)}>Labels</Button>
          <Button kind="primary" disabled={!first} onClick={() => first && route(correctionPath(first.id, search))}>
            Review{filter.status === 'pending' ? '' : ' them'}
          </Button>
        </>
      }
    >
      <div class="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <SummaryStrip query={summary.query} onRetry={summary.reload} />
        <Ranges ranges={ranges} chosen={range} onChoose={setRange} />
      </div>
      <FilterBar filter={filter} known={known} onChange={show} />
      <div class="flex flex-wrap justify-between gap-x-4">
        <OutcomeLine outcome={outcome} onTakeBack={() => void takeBack()} onDismiss={dismiss} />
        <Since comers={comers} gone={gone.size} onShow={showNow} />
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The corrections could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {answer && rows.length === 0 && knownQuery.state !== 'loading' && (
        <Nothing filter={filter} isCaptured={knownQuery.state === 'failed' || known.length > 0} />
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Corrections"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          question={search}
          loading={query.state === 'loading' && rows.length === 0 ? 8 : 0}
        />
      )}
      {query.state === 'ready' && query.data.nextCursor !== null && (
        <p class="mt-3">
          {limit < mostRows ? (
            <Button onClick={() => setLimit((held) => Math.min(mostRows, held + 2 * pageSize))}>Show more</Button>
          ) : (
            <span class="text-muted">The newest {mostRows}; filter to see older ones.</span>
          )}
        </p>
      )}
      {isLabelling && (
        <LabelsDialog labels={labels} isOwn={isOwn} onChoose={choose} onClose={() => setLabelling(false)} />
      )}
    </FeedbackPage>
  );
}

/** What changed since the rows were read, for who wants to see it. */
function Since({ comers, gone, onShow }: { comers: number; gone: number; onShow: () => void }) {
  if (comers + gone === 0) return null;
  const what = [comers > 0 && `${comers} new`, gone > 0 && `${gone} that fit no more`].filter((each) => each !== false);
  return (
    <p role="status" class="flex items-center gap-x-2 text-sm text-muted">
      {what.join(', ')}
      <Button kind="quiet" class="h-6 px-1.5 text-xs text-accent" onClick={onShow}>
        show the list as it is now
      </Button>
    </p>
  );
}

function Nothing({ filter, isCaptured }: { filter: QueueFilter; isCaptured: boolean }) {
  if (!isCaptured && !isFiltered(filter))
    return (
      <NothingCaptured purpose="A correction is what a person made of what an agent wrote; here people say which of them to learn from." />
    );
  if (filter.status === 'pending' && !isFiltered(filter))
    return (
      <EmptyState title="Everything is decided">
        <a href="/feedback?status=all" class="text-accent underline">
          Show all corrections
        </a>
      </EmptyState>
    );
  return (
    <EmptyState title="No correction fits">
      <a href="/feedback" class="text-accent underline">
        Show those to decide
      </a>
    </EmptyState>
  );
}
