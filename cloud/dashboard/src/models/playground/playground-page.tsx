import { contract, type PortfolioReport } from '@whetstone/shared/contract';
import { useCallback, useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { complaintsAbout } from '../../evals/form/complaints.ts';
import { useRefusal } from '../../live/rights.ts';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { ModelsPage } from '../models-page.tsx';
import { useReport } from '../use-report.ts';
import { playgroundAddressOf, questionOf, requestOf, type Question } from './question.ts';
import { QuestionForm } from './question-form.tsx';
import { Receipt } from './receipt.tsx';
import { useAnswer } from './use-answer.ts';

/** Which model would be recommended for a task, and the whole receipt of it. Nothing of it is logged. */
export function PlaygroundPage() {
  const { url, route } = useLocation();
  const refusal = useRefusal('agent');
  const { query } = useReport();
  const question = useMemo(() => questionOf(new URL(url, location.origin).searchParams), [url]);
  const request = useMemo(() => requestOf(question), [question]);
  const complaints = useMemo(() => complaintsAbout(contract.recommendModel, request), [request]);
  const canAsk = refusal === undefined && complaints.length === 0;
  const { recommendation, error, isAsking, askAgain } = useAnswer(canAsk ? request : undefined);
  const change = useCallback(
    (part: Partial<Question>) => route(playgroundAddressOf({ ...question, ...part }), true),
    [question, route],
  );
  return (
    <ModelsPage title="Playground">
      <div class="grid gap-x-8 gap-y-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
        <div>
          <QuestionForm
            question={question}
            onChange={change}
            complaints={complaints}
            refusal={refusal}
            cells={query.state === 'ready' ? query.data.cells : none}
          />
          <p class="mt-3 text-xs text-muted">
            The address of this page names the task: send it to a colleague. Nothing asked here is logged, explored or
            counted.
          </p>
        </div>
        <div class="min-w-0">
          {error !== undefined && <ErrorState what="No recommendation was made" error={error} onRetry={askAgain} />}
          {recommendation === undefined && error === undefined && canAsk && <SkeletonLines widths={[30, 70, 50, 50]} />}
          {recommendation !== undefined && (
            <div aria-live="polite" aria-busy={isAsking} class={isAsking || !canAsk ? 'opacity-60' : ''}>
              <Receipt of={recommendation} />
            </div>
          )}
        </div>
      </div>
    </ModelsPage>
  );
}

const none: PortfolioReport['cells'] = [];
