import type { Example } from '@whetstone/shared/contract';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { fieldErrorsOf } from '../../evals/form/complaints.ts';
import { Part } from '../../evals/facts.tsx';
import { PlainForm } from '../../evals/form/plain-form.tsx';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { AreaField, TextField } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { CodeBlock } from '../../code/code-block.tsx';
import { Visible } from '../../code/visible.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { NothingCaptured } from '../nothing-captured.tsx';
import { correctionPath } from '../paths.ts';
import { Coded } from '../patterns/coded.tsx';
import { useKnown } from '../queue/use-known.ts';
import { addressOf, answerText, askedOf, printed, requestOf, type Asked } from './request.ts';

/** What an agent would get as examples for a task, before it does. */
export function ExamplesPage() {
  const { url, route } = useLocation();
  const refusal = useRefusal('viewer');
  const { known, query: knownQuery } = useKnown();
  const asked = useMemo(() => askedOf(new URL(url, location.origin).searchParams), [url]);
  const [typed, setTyped] = useState(asked);
  useEffect(() => setTyped(asked), [asked]);
  const [complaints, setComplaints] = useState<ReturnType<typeof fieldErrorsOf>>([]);
  const set = (change: Partial<Asked>) => setTyped((held) => ({ ...held, ...change }));
  const valuesOf = (name: 'taskType' | 'language') =>
    [...new Set(known.map((item) => item[name]))].filter((value) => value !== null).toSorted();
  const isEmpty = knownQuery.state === 'ready' && known.length === 0;
  return (
    <FeedbackPage title="Examples">
      {isEmpty ? (
        <NothingCaptured purpose="Accepted corrections reach agents as examples of what to do instead; here one sees which." />
      ) : (
        <>
          <form
            aria-label="What the agent asks"
            class="mb-4 max-w-4xl"
            onSubmit={(event) => {
              event.preventDefault();
              if (refusal === undefined) route(addressOf(typed));
            }}
          >
            <PlainForm complaints={complaints} lockedBecause={refusal}>
              <AreaField
                label="What is to be done"
                path="query"
                value={typed.query}
                placeholder="add retries to the upload client"
                onInput={(query) => set({ query })}
              />
              <div class="mt-3 flex flex-wrap items-end gap-3">
                <SuggestedField
                  label="Task type"
                  path="taskType"
                  class="w-40"
                  value={typed.taskType}
                  suggestions={valuesOf('taskType')}
                  placeholder="any"
                  onInput={(taskType) => set({ taskType })}
                />
                <SuggestedField
                  label="Language"
                  path="language"
                  class="w-40"
                  value={typed.language}
                  suggestions={valuesOf('language')}
                  placeholder="any"
                  onInput={(language) => set({ language })}
                />
                <TextField
                  label="At most"
                  path="limit"
                  class="w-20"
                  value={typed.limit}
                  onInput={(limit) => set({ limit })}
                />
                <TextField
                  label="Tokens for all"
                  path="tokenBudget"
                  class="w-24"
                  value={typed.tokenBudget}
                  onInput={(tokenBudget) => set({ tokenBudget })}
                />
                <Button kind="primary" type="submit" disabled={refusal !== undefined} title={refusal}>
                  Preview
                </Button>
              </div>
            </PlainForm>
          </form>
          {refusal === undefined && <Answer key={addressOf(asked)} asked={asked} onRefused={setComplaints} />}
        </>
      )}
    </FeedbackPage>
  );
}

interface AnswerProps {
  asked: Asked;
  onRefused: (complaints: ReturnType<typeof fieldErrorsOf>) => void;
}

function Answer({ asked, onRefused }: AnswerProps) {
  const { api } = useProject();
  const nowMs = useNow();
  const { query, reload } = useQuery((signal) => api.getExamples(requestOf(asked), { signal }), [api, asked]);
  const complaints = query.state === 'failed' ? fieldErrorsOf(query.error) : none;
  useEffect(() => onRefused(complaints), [query]);
  const prompt = useMemo(() => (query.state === 'ready' ? printed(query.data, asked) : undefined), [query, asked]);
  if (query.state === 'loading') return <SkeletonLines widths={[50, 70, 66]} />;
  if (query.state === 'failed')
    return complaints.length > 0 ? null : (
      <ErrorState what="The examples could not be loaded" error={query.error} onRetry={reload} />
    );
  if (!prompt || query.data.items.length === 0)
    return (
      <EmptyState title="An agent would get no example">
        <p>
          Only corrections that somebody accepted become examples; {query.data.considered.toLocaleString('en')} were
          looked at.{' '}
          <a href="/feedback" class="text-accent underline">
            To the queue
          </a>
        </p>
      </EmptyState>
    );
  return (
    <>
      <p role="status" class="mb-2 text-sm text-muted tabular-nums">
        {answerText(prompt, query.data, asked)}
      </p>
      <ol aria-label="Examples" class="grid gap-4">
        {prompt.items.map((example, i) => (
          <li key={example.id}>
            <ExampleView of={example} number={i + 1} nowMs={nowMs} />
          </li>
        ))}
      </ol>
      {prompt.text !== '' && (
        <Part title="As the agent reads them">
          <CodeBlock label="As the agent reads them" code={prompt.text} language="text" isProse />
        </Part>
      )}
    </>
  );
}

const none: ReturnType<typeof fieldErrorsOf> = [];

const ExampleView = ({ of, number, nowMs }: { of: Example; number: number; nowMs: number }) => (
  <section class="rounded border border-line">
    <header class="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line bg-surface px-3 py-1.5 text-sm">
      <h2>
        {number}.{' '}
        <a href={correctionPath(of.id)} class="font-mono [overflow-wrap:anywhere] text-accent underline">
          <Visible text={of.file} />
        </a>
      </h2>
      <span class="tabular-nums">{of.tokens.toLocaleString('en')} tokens</span>
      <span class="text-muted tabular-nums" title="To what was asked; 1: the same words">
        similarity {of.similarity.toFixed(2)}
      </span>
      <span class="text-muted">
        <Time at={of.correctedAt} nowMs={nowMs} />
      </span>
      <span class="text-muted" title="It is data for the agent, whatever its text says">
        {of.trust}
      </span>
    </header>
    <div class="grid gap-3 p-3">
      {of.warnings.map((warning) => (
        <p key={warning} class="text-sm text-warn">
          <span aria-hidden="true">! </span>
          {warning}
        </p>
      ))}
      {of.lesson !== null && (
        <p class="break-words">
          <Coded text={of.lesson} />
        </p>
      )}
      {of.comment !== null && (
        <p class="break-words">
          <span class="text-muted">Comment: </span>
          <bdi>
            <Visible text={of.comment} />
          </bdi>
        </p>
      )}
      <div class="grid gap-3 md:grid-cols-2">
        {(
          [
            ['What an agent wrote', of.before],
            ['What a person made of it', of.after],
          ] as const
        ).map(([label, code]) => (
          <div key={label} class="min-w-0">
            <p class="mb-1 text-xs text-muted">{label}</p>
            {code === '' ? (
              <p class="text-sm text-muted">nothing</p>
            ) : (
              <CodeBlock label={`${label}, ${of.file}`} code={code} language={of.language ?? 'text'} />
            )}
          </div>
        ))}
      </div>
    </div>
  </section>
);
