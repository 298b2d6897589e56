import type { EvalSample } from '@whetstone/shared/contract';
import type { ComponentChildren } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { CodeBlock } from '../../code/code-block.tsx';
import { useProject } from '../../live/project.tsx';
import { durationText, usdText } from '../../ui/figures.ts';
import { SkeletonLines } from '../../ui/states.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { NotLoaded } from '../not-loaded.tsx';
import { StatusWord } from '../run-status.tsx';
import { samplePath } from './result-table.tsx';

/** One sample: what was asked, what was answered, how it was judged and why. */
export function SamplePage() {
  const { runId = '' } = useRoute().params;
  const { api } = useProject();
  const { url } = useLocation();
  const search = new URL(url, location.origin).searchParams;
  const problemId = search.get('problem') ?? '';
  const sampleIndex = Number(search.get('sample') ?? 0);
  const { query, reload } = useQuery(
    (signal) => api.getEvalSample({ runId, problemId, sampleIndex }, { signal }),
    [api, runId, problemId, sampleIndex],
  );
  return (
    <EvalsPage title={problemId} isCode up={{ href: `/runs/${runId}`, label: 'Run' }}>
      {query.state === 'failed' && (
        <NotLoaded what="The sample could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[30, 70, 70, 50]} />}
      {query.state === 'ready' && <Sample runId={runId} sample={query.data} />}
    </EvalsPage>
  );
}

function Sample({ runId, sample }: { runId: string; sample: EvalSample }) {
  const { status, detail, timeMs, costUsd, language, sampleCount, sampleIndex, problemId, weaker } = sample;
  const code = language ?? 'text';
  return (
    <>
      <p class="mb-4 flex flex-wrap gap-x-4">
        <StatusWord status={status} />
        <span class="tabular-nums">{durationText(timeMs)}</span>
        {costUsd !== null && <span class="tabular-nums">{usdText(costUsd)}</span>}
        {sample.inputTokens !== null && (
          <span class="text-muted tabular-nums">
            {sample.inputTokens} + {sample.outputTokens ?? '?'} tokens
          </span>
        )}
        {weaker && <span class="text-warn">! graded beside its tests, which a candidate could have deceived</span>}
        {sampleCount > 1 && (
          <span class="flex gap-2">
            {Array.from({ length: sampleCount }, (_, i) => (
              <a
                key={i}
                href={samplePath(runId, { problemId, sampleIndex: i })}
                aria-current={i === sampleIndex ? 'page' : undefined}
                class="underline aria-[current]:font-semibold aria-[current]:no-underline"
              >
                #{i + 1}
              </a>
            ))}
          </span>
        )}
      </p>
      {detail !== null && (
        <Part title="Output">
          <CodeBlock label="What tests and candidate said" code={detail} language="text" isProse />
        </Part>
      )}
      <Part title="Answer">
        {sample.code === null ? (
          <p class="text-muted">There is no answer: it was not asked, or its answers have had their time.</p>
        ) : (
          <CodeBlock label="The answer" code={sample.code} language={code} />
        )}
      </Part>
      <Part title="Prompt">
        {sample.prompt === null ? (
          <p class="text-muted">The data set is not on this server any more.</p>
        ) : (
          <CodeBlock label="The prompt" code={sample.prompt} language="text" isProse />
        )}
      </Part>
      {sample.tests !== null && (
        <details class="mb-6">
          <summary class="cursor-pointer font-semibold">Tests</summary>
          <CodeBlock label="The tests" code={sample.tests} language={code} />
        </details>
      )}
      {sample.transcript !== null && (
        <details class="mb-6">
          <summary class="cursor-pointer font-semibold">Transcript</summary>
          <CodeBlock label="What was asked" code={sample.transcript.request} language="text" isProse />
          <CodeBlock label="What came back" code={sample.transcript.response} language="text" isProse />
        </details>
      )}
    </>
  );
}

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="mb-6">
    <h2 class="mb-1 font-semibold">{title}</h2>
    {children}
  </section>
);
