import { provenanceOf } from '../offline/last-answers.ts';
import { visible } from '../visible.ts';
import { membersOf, picked, provenance, provenanceText, rateText, recordsOf, textOf } from './eval-shape.ts';
import { defineTool } from './tool.ts';

const shownFailures = 10;

export const getEvalRun = defineTool({
  name: 'get_eval_run',
  title: 'Get eval run',
  description: 'How far is an eval run, what is its pass rate, which problems failed and why?',
  inputSchema: {
    type: 'object',
    properties: { runId: { type: 'string', description: 'From run_eval' } },
    required: ['runId'],
    additionalProperties: false,
  },
  // No rate before the first verdict. Of the run: dataset, subject, counts, costs, times, failure too. Failures: the first 10, with their detail.
  outputSchema: {
    type: 'object',
    properties: {
      status: { type: 'string' },
      passRate: { type: 'number' },
      interval: { type: 'array' },
      failures: { type: 'array' },
      ...provenance,
    },
    required: ['status', 'source'],
  },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  example: { runId: '01997a2e-0000-7000-8000-000000000000' },
  aliases: { id: 'runId', run: 'runId' },

  async handler({ runId }, { evals, signal }) {
    const path = `/api/eval/results/${encodeURIComponent(runId)}?status=failed&limit=${shownFailures}`;
    const answer = await evals.read(path, signal);
    if (answer.kind === 'refused') return { refusal: answer.why };
    const said = provenanceOf(answer);
    const run = answer.kind === 'default' ? {} : membersOf(answer.body['run']);
    const failures = answer.kind === 'default' ? [] : recordsOf(answer.body['items']).map(failureOf);
    const status = textOf(run['status']) || 'unknown';
    const structured = { ...shortRun(run), runId, status, failures, ...said };
    return {
      structured,
      text: [lineOf(run, status), ...failures.map(failureLine), `· ${provenanceText(said)}`].map(visible).join('\n'),
    };
  },
});

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

const failureOf = ({ problemId, sampleIndex, detail }: Record<string, unknown>) => ({
  problemId,
  sampleIndex,
  detail: textOf(detail).slice(0, 300),
});

function lineOf(run: Record<string, unknown>, status: string) {
  if (status === 'unknown') return 'the run is not known here';
  const { passed, failed, timeout } = membersOf(run['counts']);
  const graded = [passed, failed, timeout].reduce<number>(
    (sum, count) => sum + (typeof count === 'number' ? count : 0),
    0,
  );
  const what = `${textOf(membersOf(run['subject'])['label'])} on ${textOf(run['dataset'])}`;
  const progress = `${String(run['doneCount'])} of ${String(run['sampleCount'])}`;
  const failure = textOf(run['failure']);
  return `${what}: ${status}, ${progress}, ${rateText(run['passRate'], run['interval'], graded)}${failure && `; ${failure}`}`;
}

const failureLine = ({ problemId, detail }: ReturnType<typeof failureOf>) =>
  `failed ${textOf(problemId)}: ${detail.split('\n').at(-1)?.slice(0, 120) ?? ''}`;
