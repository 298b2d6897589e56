import type { contract, Output } from '@whetstone/shared/contract';
import { wilsonInterval } from '@whetstone/shared/stats';
import type { ComponentChildren } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { CodeBlock } from '../../code/code-block.tsx';
import { visibleText } from '../../code/unseen.ts';
import { Visible } from '../../code/visible.tsx';
import { Fact, Facts, Part } from '../../evals/facts.tsx';
import { RateCell, Unknown } from '../../evals/rate-cell.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { count } from '../../flag/model/sentences.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { SkeletonLines } from '../../ui/states.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { DiffView } from '../diff/diff-view.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { NotThere } from '../not-there.tsx';
import { correctionPath, guidancePath, newGuidancePath } from '../paths.ts';
import { searchOf, noFilter } from '../queue/filter.ts';
import { failureText } from '../words.ts';
import { placesOf, spreadText } from './figures.ts';
import { LiftCell } from './lift-cell.tsx';

type Whole = Output<(typeof contract)['getPattern']>;

const up = { href: '/feedback/patterns', label: 'Patterns' };

/** One pattern: how strong it is, what it rests on, and what speaks against it. */
export function PatternPage() {
  const { id = '' } = useRoute().params;
  const { api } = useProject();
  const { route } = useLocation();
  const nowMs = useNow();
  const role = useRefusal('editor');
  const { query, reload } = useQuery((signal) => api.getPattern({ id }, { signal }), [api, id]);
  const pattern = query.state === 'ready' ? query.data : undefined;
  const refusal = role ?? (pattern?.isPattern === false ? `It is no pattern: ${pattern.whyNot}` : undefined);
  const draft = () => pattern && refusal === undefined && route(newGuidancePath({ pattern: id }));
  useShortcuts([{ keys: 'd', does: 'Draft a rule', run: () => void draft() }]);
  return (
    <FeedbackPage
      title={pattern ? visibleText(pattern.title.replaceAll('`', '')) : 'Pattern'}
      up={up}
      actions={
        <Button
          kind="primary"
          disabled={pattern === undefined || refusal !== undefined}
          title={refusal ?? 'd'}
          onClick={() => void draft()}
        >
          Draft a rule
        </Button>
      }
    >
      {query.state === 'failed' && (
        <NotThere
          what="The pattern could not be loaded"
          error={query.error}
          onRetry={reload}
          up={{ href: up.href, label: 'To the patterns' }}
        />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 60, 50, 70, 66]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {pattern && <Body of={pattern} nowMs={nowMs} />}
    </FeedbackPage>
  );
}

const Body = ({ of, nowMs }: { of: Whole; nowMs: number }) => (
  <>
    {!of.isPattern && (
      <p role="note" class="mb-4 rounded border border-warn bg-warn-surface px-4 py-2 text-warn">
        <span aria-hidden="true">? </span>Not a pattern: {of.whyNot}
      </p>
    )}
    <Facts>
      {of.guidance !== null && (
        <Fact name="Rule">
          <Visible text={of.guidance} />
        </Fact>
      )}
      <Fact name="Known by">
        {of.kind} <code class="font-mono text-sm [overflow-wrap:anywhere]">{of.key}</code>
        {of.failure !== null && `, ${failureText(of.failure)}`}
      </Fact>
      <Fact name="Where">
        {of.language ?? 'any language'}, {of.taskType ?? 'all types of tasks'}
      </Fact>
      <Fact name="Support">
        <a href={`/feedback${searchOf({ ...noFilter, status: 'all', pattern: of.id })}`} class="text-accent underline">
          {count(of.support.corrections, 'correction')}
        </a>
        , {spreadText(of.support)}
      </Fact>
      <Fact name="Changed so">
        <span class="flex flex-wrap gap-x-4">
          {of.rate === null || of.rateInterval === null ? (
            <Unknown why="How often it was left is not known" />
          ) : (
            <RateCell rate={of.rate} interval={of.rateInterval} n={placesOf(of)} />
          )}
          <span class="text-muted">
            {of.changed.toLocaleString('en')} changed, {of.survived.toLocaleString('en')} left
          </span>
        </span>
      </Fact>
      <Fact name="Lift">
        <span class="flex flex-wrap gap-x-4">
          <LiftCell of={of} />
          {of.baseRate !== null && (
            <span class="text-muted">of agent lines at large, {(of.baseRate * 100).toFixed(1)} % are changed</span>
          )}
        </span>
      </Fact>
      <Fact name="Seen">
        <Time at={of.firstAt} nowMs={nowMs} /> to <Time at={of.lastAt} nowMs={nowMs} />
      </Fact>
      {of.usedIn.length > 0 && (
        <Fact name="Rules on it">
          {of.usedIn.map(({ guidanceVersion, ruleId }) => (
            <a
              key={`${guidanceVersion} ${ruleId}`}
              href={`${guidancePath(guidanceVersion)}#${ruleId}`}
              class="mr-3 font-mono whitespace-nowrap text-accent underline"
            >
              {guidanceVersion} {ruleId}
            </a>
          ))}
        </Fact>
      )}
    </Facts>
    {of.template !== null && (
      <Part title="Template">
        <DiffView label="Template" {...of.template} language={of.language} startLine={null} />
      </Part>
    )}
    <div class="grid gap-x-8 lg:grid-cols-2">
      <Places
        title="By model"
        name="Model"
        rows={of.byModel.map(({ model, ...counts }) => ({ name: model, ...counts }))}
      />
      <Places
        title="By repository"
        name="Repository"
        rows={of.byRepo.map(({ repoId, ...counts }) => ({ name: repoId, ...counts }))}
      />
    </div>
    <Part title="Evidence">
      {of.evidence.length === 0 && <p class="text-muted">The corrections it rests on were deleted.</p>}
      {of.evidence.map(({ feedbackId, hunkId, file, before, after }, i) => (
        <Example key={hunkId} feedbackId={feedbackId} file={file}>
          <DiffView
            label={`What became of ${file}, ${i + 1}`}
            before={before}
            after={after}
            language={of.language}
            startLine={null}
            isHeadless={i > 0}
          />
        </Example>
      ))}
    </Part>
    <Part title="Counterexamples: left as the agent wrote it">
      {of.counterexamples.length === 0 && <p class="text-muted">None was captured with its text.</p>}
      {of.counterexamples.map(({ feedbackId, file, text }, i) => (
        <Example key={i} feedbackId={feedbackId} file={file}>
          <CodeBlock label={`Left in ${file}, ${i + 1}`} code={text} language={of.language ?? 'text'} />
        </Example>
      ))}
    </Part>
  </>
);

interface ExampleProps {
  feedbackId: string;
  file: string;
  children: ComponentChildren;
}

const Example = ({ feedbackId, file, children }: ExampleProps) => (
  <div class="mb-3">
    <p class="mb-1 text-sm">
      <a href={correctionPath(feedbackId)} class="font-mono [overflow-wrap:anywhere] text-accent underline">
        <Visible text={file} />
      </a>
    </p>
    {children}
  </div>
);

interface Place {
  name: string;
  changed: number;
  survived: number;
}

function Places({ title, name, rows }: { title: string; name: string; rows: readonly Place[] }) {
  if (rows.length === 0) return null;
  return (
    <Part title={title}>
      <Table caption={title} rows={rows} columns={columnsOf(name)} keyOf={(row) => row.name} />
    </Part>
  );
}

const columnsOf = (name: string): Column<Place>[] => [
  {
    name,
    cell: (row) => (
      <span class="block truncate font-mono" title={row.name}>
        {row.name}
      </span>
    ),
  },
  {
    name: 'Changed so',
    class: 'w-46 md:w-66',
    cell: (row) => (
      <RateCell
        rate={row.changed / placesOf(row)}
        interval={wilsonInterval(row.changed, placesOf(row), 0.05)}
        n={placesOf(row)}
      />
    ),
  },
];
