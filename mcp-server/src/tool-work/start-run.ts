import type { LastAnswers } from '../offline/last-answers.ts';
import type { Outcome } from '../tools/tool.ts';
import { visible } from '../visible.ts';
import { picked } from './shape.ts';

interface Wanted {
  dataset: string;
  model?: string | undefined;
  subject?: Record<string, unknown> | undefined;
  [other: string]: unknown;
}

export async function startRun(
  { model, subject, ...rest }: Wanted,
  evals: Pick<LastAnswers, 'ask'>,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  if ((model === undefined) === (subject === undefined)) return { refusal: 'invalid: name one of model and subject' };
  const reply = await evals.ask({
    method: 'POST',
    path: '/api/eval/run',
    body: { ...rest, subject: subject ?? { kind: 'model', model } },
    idempotencyKey: crypto.randomUUID(),
    signal,
  });
  if (reply.kind === 'refused') return { refusal: reply.why };
  if (reply.kind === 'away') {
    const degradedReason = `${reply.why} Whether the run was started is not known: asking again may start another.`;
    return {
      structured: { status: 'unknown', source: 'default', degradedReason },
      text: visible(degradedReason),
    };
  }
  const started = picked(reply.body, ['runId', 'status', 'problemCount', 'estimatedCostUsd']);
  const { runId, status, problemCount, estimatedCostUsd } = started;
  return {
    structured: { ...started, source: 'cloud', ageMs: 0 },
    text: visible(
      `run ${String(runId)} ${String(status)}: ${String(problemCount)} problems, ${costText(estimatedCostUsd)}; ask get_eval_run in 10 s or more`,
    ),
  };
}

function costText(costUsd: unknown) {
  if (typeof costUsd !== 'number') return 'at a cost that is not known';
  return costUsd === 0 ? 'free' : `about $${costUsd.toPrecision(3)}`;
}
