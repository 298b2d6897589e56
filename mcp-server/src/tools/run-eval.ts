import { visible } from '../visible.ts';
import { picked, provenance } from './eval-shape.ts';
import { defineTool, number, text } from './tool.ts';

export const runEval = defineTool({
  name: 'run_eval',
  title: 'Run eval',
  description:
    'Starts measuring a model or agent on a data set; may cost money. Answers a handle at once: ask get_eval_run later.',
  inputSchema: {
    type: 'object',
    properties: {
      dataset: text('e.g. humaneval, mbpp, starter'),
      model: text('Model id; short for subject'),
      subject: {
        type: 'object',
        description: '{kind: model|samples|command|reference, …} as POST /api/eval/run takes it',
      },
      problems: number('Only so many, drawn'),
      samplesPerProblem: number('Default 1'),
      budgetUsd: number('Hard stop'),
      commit: text('Of what is measured'),
      flag: { type: 'object', description: '{key, variant} that carries it; rolled back if it regresses' },
    },
    required: ['dataset'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      runId: { type: 'string' },
      status: { type: 'string' },
      problemCount: { type: 'integer' },
      estimatedCostUsd: { type: 'number' },
      ...provenance,
    },
    required: ['status', 'source'],
  },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  example: { dataset: 'starter', subject: { kind: 'reference' } },
  aliases: { benchmark: 'dataset', budget: 'budgetUsd', samples: 'samplesPerProblem', limit: 'problems' },

  async handler({ model, subject, ...rest }, { evals, signal }) {
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
  },
});

function costText(costUsd: unknown) {
  if (typeof costUsd !== 'number') return 'at a cost that is not known';
  return costUsd === 0 ? 'free' : `about $${costUsd.toPrecision(3)}`;
}
