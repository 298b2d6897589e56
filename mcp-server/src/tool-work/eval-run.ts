import { provenanceOf, type LastAnswers } from '../offline/last-answers.ts';
import type { Outcome } from '../tools/tool.ts';
import { visible } from '../visible.ts';
import { failureLine, pageSizes, runFailures } from './run-failures.ts';
import { membersOf, picked, provenanceText, rateText, textOf } from './shape.ts';

export async function evalRun(
  runId: string,
  evals: Pick<LastAnswers, 'read'>,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const path = (status: string, limit: number) =>
    `/api/eval/results/${encodeURIComponent(runId)}?status=${status}&limit=${limit}`;
  const answer = await evals.read(path('failed', pageSizes.first), signal);
  if (answer.kind === 'refused') return { refusal: answer.why };
  const said = provenanceOf(answer);
  const body = answer.kind === 'default' ? {} : answer.body;
  const run = membersOf(body['run']);
  const { shown: failures, withoutSample } = await runFailures(body, async (status, limit) => {
    const more = await evals.read(path(status, limit), signal);
    return 'body' in more ? more.body : {};
  });
  const status = textOf(run['status']) || 'unknown';
  const structured = {
    ...shortRun(run),
    runId,
    status,
    failures,
    ...(withoutSample > 0 && { withoutSample }),
    ...said,
  };
  const unanswered = withoutSample > 0 ? [`${withoutSample} had no sample and count as failed`] : [];
  const lines = [lineOf(run, status), ...failures.map(failureLine), ...unanswered, `· ${provenanceText(said)}`];
  return { structured, text: lines.map(visible).join('\n') };
}

/** What decides, of some forty members. */
const shortRun = (run: Record<string, unknown>) => ({
  subject: membersOf(run['subject'])['label'],
  ...picked(run, [
    'dataset',
    'passRate',
    'interval',
    'counts',
    'doneCount',
    'sampleCount',
    'costUsd',
    'costPerSolvedUsd',
    'medianTimeMs',
    'failure',
  ]),
});

function lineOf(run: Record<string, unknown>, status: string) {
  if (status === 'unknown') return 'the run is not known here';
  const { passed, failed, timeout, error, skipped } = membersOf(run['counts']);
  const graded = [passed, failed, timeout].reduce<number>((sum, count) => sum + numberOf(count), 0);
  const what = `${textOf(membersOf(run['subject'])['label'])} on ${textOf(run['dataset'])}`;
  const progress = `${String(run['doneCount'])} of ${String(run['sampleCount'])}`;
  const without = numberOf(error) + numberOf(skipped);
  return [
    `${what}: ${status}, ${progress}, ${rateText(run['passRate'], run['interval'], graded)}`,
    without > 0 && `${without} without a verdict`,
    textOf(run['failure']),
    (status === 'queued' || status === 'running') && 'ask again in 10 s or more',
  ]
    .filter(Boolean)
    .join('; ');
}

const numberOf = (count: unknown) => (typeof count === 'number' ? count : 0);
