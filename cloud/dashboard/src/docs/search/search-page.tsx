import { contract, mayActAs, type SearchAnswer } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { complaintsAbout } from '../../evals/form/complaints.ts';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { DocsPage } from '../docs-page.tsx';
import { askedOf, searchPath } from '../paths.ts';
import { useLibraries } from '../use-libraries.ts';
import { AnswerFacts } from './answer-facts.tsx';
import { requestOf } from './request.ts';
import { Result } from './result.tsx';
import { SearchForm } from './search-form.tsx';

const up = { href: '/knowledge', label: 'Docs' };

/** What the documentation says to a question, which stands in the address: passages, each with what it is cited by. */
export function SearchPage() {
  const { api, me } = useProject();
  const { url } = useLocation();
  const refusal = useRefusal('agent');
  const mayAsk = mayActAs(me.key.role, 'agent');
  const { query: libraries } = useLibraries();
  const asked = useMemo(() => askedOf(new URL(url, location.origin).searchParams), [url]);
  const request = useMemo(() => requestOf(asked), [asked]);
  const complaints = useMemo(
    () => (request.query === '' ? none : complaintsAbout(contract.searchKnowledge, request)),
    [request],
  );
  // What is found stays when the connection goes.
  const isAsked = mayAsk && request.query !== '' && complaints.length === 0;
  const { query, reload } = useQuery<SearchAnswer | undefined>(
    (signal) => (isAsked ? api.searchKnowledge(request, { signal }) : Promise.resolve(undefined)),
    [api, isAsked, JSON.stringify(request)],
  );
  useRowKeys();
  const answer = query.state === 'ready' ? query.data : undefined;
  return (
    <DocsPage
      title="Search"
      up={up}
      actions={
        <SearchForm
          key={url}
          asked={asked}
          libraries={libraries.state === 'ready' ? libraries.data : none}
          complaints={complaints}
          shortcut="/"
          onAgain={reload}
        />
      }
    >
      {!mayAsk && <p class="text-muted">{refusal}.</p>}
      {mayAsk && request.query === '' && (
        <EmptyState title="Ask the documentation">
          <p>
            One concept or question at a time, as an agent would with <code class="font-mono text-sm">search_docs</code>
            . What is found can be cited, and opens at its lines.
          </p>
        </EmptyState>
      )}
      {query.state === 'failed' && (
        <ErrorState what="The documentation could not be searched" error={query.error} onRetry={reload} />
      )}
      {isAsked && query.state === 'loading' && <SkeletonLines widths={[40, 70, 70, 30, 60, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {answer && <Answer of={answer} asked={asked} onAgain={reload} />}
    </DocsPage>
  );
}

const none: readonly FieldError[] & readonly never[] = [];

interface AnswerProps {
  of: SearchAnswer;
  asked: ReturnType<typeof askedOf>;
  onAgain: () => void;
}

function Answer({ of: answer, asked, onAgain }: AnswerProps) {
  const nowMs = useNow();
  return (
    <>
      <AnswerFacts of={answer} nowMs={nowMs} onAgain={onAgain} />
      {answer.nearest.length > 0 && (
        <p class="mb-4">
          Did you mean{' '}
          {answer.nearest.map((library, i) => (
            <span key={library}>
              {i > 0 && ', '}
              <a href={searchPath({ ...asked, library, version: '' })} class="font-mono text-accent underline">
                {library}
              </a>
            </span>
          ))}
          ?
        </p>
      )}
      {answer.results.length > 0 ? (
        <ol aria-label="Passages">
          {answer.results.map((result, i) => (
            <Result key={result.citationId} of={result} rank={i + 1} />
          ))}
        </ol>
      ) : (
        (answer.library !== null || asked.library === '') && (
          <EmptyState title="Nothing of it was found">
            <p>Ask with the words that the documentation would use, or with the name of a function.</p>
          </EmptyState>
        )
      )}
    </>
  );
}
