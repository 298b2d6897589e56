import type { SearchAnswer } from '@whetstone/shared/contract';
import { Button } from '../../ui/button.tsx';
import { Time } from '../../ui/time.tsx';
import { ingestPath } from '../ingests/model.ts';
import { versionPath } from '../paths.ts';

interface Props {
  of: SearchAnswer;
  nowMs: number;
  onAgain: () => void;
}

/** Which version answered, how it was searched, and what one has to know besides. */
export const AnswerFacts = ({ of: answer, nowMs, onAgain }: Props) => {
  const { library, versionAsked, versionAnswered, mode, dataAt, note, ingest, results } = answer;
  return (
    <div class="mb-4 border-b border-line pb-3 text-sm">
      <p role="status" class="flex flex-wrap gap-x-4 gap-y-1 text-muted">
        <span class="tabular-nums">
          {results.length} {results.length === 1 ? 'passage' : 'passages'}
        </span>
        {library !== null && versionAnswered !== null && (
          <span>
            answered from{' '}
            <a href={versionPath(library, versionAnswered)} class="font-mono text-text underline">
              {library}@{versionAnswered}
            </a>
            {versionAsked !== null && (
              <>
                , asked for <code class="font-mono">{versionAsked}</code>
              </>
            )}
          </span>
        )}
        <span>{mode === 'hybrid' ? 'hybrid, by words and by meaning' : 'lexical, by words'}</span>
        {dataAt !== null && (
          <span>
            compared with its source <Time at={dataAt} nowMs={nowMs} />
          </span>
        )}
      </p>
      {note !== null && <p class="mt-1 max-w-prose [overflow-wrap:anywhere]">{note}</p>}
      {ingest && (
        <p class="mt-2 flex flex-wrap items-center gap-3">
          <a
            href={library === null ? '/knowledge/ingests' : ingestPath({ id: ingest.id, library })}
            class="text-accent underline"
          >
            It is being fetched: {ingest.status}
          </a>
          <Button class="h-7" onClick={onAgain}>
            Ask again
          </Button>
        </p>
      )}
    </div>
  );
};
