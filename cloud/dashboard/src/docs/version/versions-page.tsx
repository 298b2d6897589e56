import type { Ingest, Library } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { Fact, Facts, Part } from '../../evals/facts.tsx';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { DocsPage } from '../docs-page.tsx';
import { ingestPath } from '../ingests/model.ts';
import { progressText } from '../libraries/model.ts';
import { SearchForm } from '../search/search-form.tsx';
import { useFetching } from '../use-fetching.ts';
import { useLibraries } from '../use-libraries.ts';
import { sourceText } from '../words.ts';
import { versionColumnsAt } from './version-columns.tsx';

const up = { href: '/knowledge', label: 'Docs' };

/** One library: which of its versions are here, and the way to a further one. */
export function VersionsPage() {
  const { library: name = '' } = useRoute().params;
  const nowMs = useNow();
  const { query, reload } = useLibraries();
  const { underWay, failure, fetchLibrary } = useFetching({ library: name, onDone: reload });
  const libraries = query.state === 'ready' ? query.data : none;
  const library = libraries.find((each) => each.library === name);
  const going = underWay.get(name);
  const columns = useMemo(() => versionColumnsAt(name, nowMs), [name, nowMs]);
  useRowKeys();
  return (
    <DocsPage
      title={name}
      isCode
      up={up}
      actions={
        <SearchForm key={name} asked={{ query: '', library: name, version: '' }} libraries={libraries} shortcut="/" />
      }
    >
      {query.state === 'failed' && (
        <ErrorState what="The library could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 30, 50]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && library === undefined && (
        <EmptyState title={`No documentation of ${name} is here`}>
          <p>
            The catalogue does not know it. Its documentation can come from{' '}
            <a href="/knowledge/sources" class="text-accent underline">
              a source
            </a>{' '}
            of your own.
          </p>
        </EmptyState>
      )}
      {library && (
        <>
          <LibraryFacts of={library} going={going} />
          {library.versions.length > 0 ? (
            <Table
              caption={`Versions of ${name}`}
              columns={columns}
              rows={library.versions}
              keyOf={({ version }) => version}
              question={name}
            />
          ) : (
            <EmptyState title="No version is here yet">
              <p>Fetched, it can be searched by everybody on this server.</p>
            </EmptyState>
          )}
          <Part title="Fetch a version">
            {library.catalogue === null ? (
              <p class="text-muted">
                The catalogue does not know it: further versions come from{' '}
                <a href="/knowledge/sources" class="text-accent underline">
                  a source
                </a>{' '}
                of the project.
              </p>
            ) : (
              <FetchForm name={name} onFetch={fetchLibrary} />
            )}
            {failure !== undefined && (
              <div class="mt-3">
                <ErrorState what="It is not being fetched" error={failure.error} />
              </div>
            )}
          </Part>
        </>
      )}
    </DocsPage>
  );
}

const none: readonly never[] = [];

function LibraryFacts({ of: { library, title, catalogue }, going }: { of: Library; going: Ingest | undefined }) {
  if (catalogue === null && going === undefined && title === library) return null;
  return (
    <Facts class="mb-4">
      {title !== library && (
        <Fact name="Title">
          <bdi>{title}</bdi>
        </Fact>
      )}
      {catalogue && <Fact name="Catalogue">{sourceText(catalogue.source, library)}</Fact>}
      {catalogue && catalogue.reason !== null && (
        <Fact name="Last attempt">
          <span class="text-warn">! failed: {catalogue.reason}</span>
        </Fact>
      )}
      {going && (
        <Fact name="Being fetched">
          <a href={ingestPath(going)} class="text-accent underline">
            {going.version}: {progressText(going)}
          </a>
        </Fact>
      )}
    </Facts>
  );
}

function FetchForm({ name, onFetch }: { name: string; onFetch: (library: string, version: string) => void }) {
  const refusal = useRefusal('agent');
  const [wanted, setWanted] = useState('latest');
  const canFetch = refusal === undefined && wanted.trim() !== '';
  return (
    <form
      aria-label="Fetch a version"
      class="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (canFetch) onFetch(name, wanted.trim());
      }}
    >
      <input
        aria-label="Version to fetch"
        class={`${controlClass} w-40 font-mono`}
        value={wanted}
        disabled={refusal !== undefined}
        title={refusal}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!canFetch} title={refusal}>
        Fetch
      </Button>
      <span class="text-sm text-muted">{refusal ?? 'An exact version, or latest.'}</span>
    </form>
  );
}
