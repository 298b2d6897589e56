import type { Ingest } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { Fact, Facts, Part } from '../../evals/facts.tsx';
import { Unknown } from '../../evals/rate-cell.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { Word } from '../../evals/word.tsx';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { useGo } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { durationText } from '../../ui/figures.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { DocsPage } from '../docs-page.tsx';
import { isUnderWay } from '../libraries/model.ts';
import { versionPath } from '../paths.ts';
import { libraryText, placeText } from '../sources/source-text.ts';
import { Bar } from './bar.tsx';
import { skippedText } from './columns.tsx';
import { FetchDialog } from './fetch-dialog.tsx';
import { ingestPath, pagesText, statusLooks } from './model.ts';
import { useAskAgain } from './use-ask-again.ts';

const newest = 500;

/** One ingest: how far it is, what it left out and why, and what to do if it failed. */
export function IngestView({ library, id }: { library: string; id: string }) {
  const { api } = useProject();
  const go = useGo();
  const refusal = useRefusal('agent');
  const [isChanging, setChanging] = useState(false);
  const { query, reload } = useQuery(
    (signal) => api.listIngests({ library, limit: newest }, { signal }),
    [api, library],
  );
  const ingest = query.state === 'ready' ? query.data.items.find((each) => each.id === id) : undefined;
  usePolled(ingest !== undefined && isUnderWay(ingest), reload, 1_000);
  const open = (started: Ingest) => go(ingestPath(started));
  const { again, isBusy, problem } = useAskAgain(open);
  const cannot = refusal ?? (isBusy ? 'It is being asked for' : undefined);
  const retry = () => ingest && cannot === undefined && again(ingest);
  const isOver = ingest !== undefined && !isUnderWay(ingest);
  useShortcuts([{ keys: 'r', does: 'Fetch it again', run: () => void (isOver && retry()) }]);
  return (
    <DocsPage
      title={ingest ? libraryText(ingest) : library}
      isCode
      up={{ href: '/knowledge/ingests', label: 'Ingests' }}
      actions={
        isOver && (
          <>
            {ingest.status === 'failed' && (
              <Button disabled={cannot !== undefined} title={cannot} onClick={() => setChanging(true)}>
                From elsewhere
              </Button>
            )}
            <Button
              kind={ingest.status === 'failed' ? 'primary' : 'plain'}
              disabled={cannot !== undefined}
              title={cannot ?? 'r'}
              onClick={retry}
            >
              {ingest.status === 'failed' ? 'Try again' : 'Fetch it again'}
            </Button>
          </>
        )
      }
    >
      {problem !== undefined && <ErrorState what="It was not asked for again" error={problem} />}
      {query.state === 'failed' && (
        <ErrorState what="The ingest could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 60, 50, 50]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && !ingest && (
        <EmptyState title="There is no such ingest">
          <p>
            It is not among the newest {newest} of {library}: it may belong to another project, or ended so long ago
            that it is no longer kept.
          </p>
        </EmptyState>
      )}
      {ingest && <Body of={ingest} />}
      {ingest && isChanging && (
        <FetchDialog
          first={{ library: ingest.library, version: ingest.version, source: ingest.source }}
          onStarted={(started) => {
            setChanging(false);
            open(started);
          }}
          onClose={() => setChanging(false)}
        />
      )}
    </DocsPage>
  );
}

function Body({ of }: { of: Ingest }) {
  const nowMs = useNow(isUnderWay(of) ? 1_000 : 30_000);
  const { status, step, failure, source, pagesUnchanged, chunks, symbols, skipped, startedAt, endedAt } = of;
  return (
    <>
      <p class="mb-2 flex flex-wrap items-baseline gap-x-3" role={isUnderWay(of) ? 'status' : undefined}>
        <Word look={statusLooks[status]} />
        {step !== status && <span class="text-muted">{step}</span>}
      </p>
      <div class="mb-4 max-w-4xl">
        <Bar of={of} />
      </div>
      {failure !== null && <Failure of={of} failure={failure} />}
      <Facts>
        <Fact name="From">
          <span class="font-mono text-sm">{placeText(of.library, source)}</span>
        </Fact>
        <Fact name="Pages">
          <span class="tabular-nums">
            {pagesText(of)}
            {of.pagesExpected === null && isUnderWay(of) && (
              <span class="text-muted"> so far; the source does not say how many there are</span>
            )}
          </span>
        </Fact>
        <Fact name="Unchanged">
          <span class="tabular-nums">{pagesUnchanged.toLocaleString('en')}</span>{' '}
          <span class="text-muted">of them as before, which cost nothing</span>
        </Fact>
        <Fact name="Index">
          {chunks === 0 && status !== 'done' ? (
            <Unknown why="Built once its pages are there" />
          ) : (
            <span class="tabular-nums">
              {chunks.toLocaleString('en')} chunks, {symbols.toLocaleString('en')} symbols
            </span>
          )}
        </Fact>
        <Fact name="Started">
          {startedAt === null ? <Unknown why="It waits for its turn" /> : <Time at={startedAt} nowMs={nowMs} />}
        </Fact>
        <Fact name="Ended">
          {endedAt === null ? (
            <Unknown why="It is under way" />
          ) : (
            <>
              <Time at={endedAt} nowMs={nowMs} />
              {startedAt !== null && (
                <span class="text-muted">, after {durationText(Date.parse(endedAt) - Date.parse(startedAt))}</span>
              )}
            </>
          )}
        </Fact>
        {status === 'done' && (
          <Fact name="Docs">
            <a href={versionPath(of.library, of.version)} class="underline">
              Read what was taken
            </a>
          </Fact>
        )}
      </Facts>
      <Part title={`Skipped (${skippedText(skipped.length)})`}>
        {skipped.length === 0 ? (
          <p class="text-muted">Nothing was left out.</p>
        ) : (
          <Table
            caption="Skipped pages"
            rows={skipped}
            columns={skippedColumns}
            keyOf={({ path, why }) => `${path} ${why}`}
          />
        )}
      </Part>
    </>
  );
}

function Failure({ of, failure }: { of: Ingest; failure: string }) {
  if (of.status !== 'failed') return <p class="mb-4 text-muted">{failure}</p>;
  return (
    <div role="alert" class="mb-4 max-w-4xl rounded border border-bad bg-bad-surface px-4 py-3">
      <p class="font-semibold text-bad">Nothing of it was published</p>
      <p class="mt-1 break-words">{failure}</p>
      <p class="mt-1">
        What was there before is served as it was. Mend what is named above and try again, or take it from elsewhere.
      </p>
    </div>
  );
}

const skippedColumns: Column<Ingest['skipped'][number]>[] = [
  {
    name: 'Path',
    class: 'w-2/5',
    cell: ({ path }) => <code class="block font-mono break-all">{path}</code>,
  },
  { name: 'Why', cell: ({ why }) => why },
];
