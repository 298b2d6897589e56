import { provenance } from './provenance.ts';
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

  async handler(args, { evals, signal }) {
    const { startRun } = await import('../tool-work/index.ts');
    return startRun(args, evals, signal);
  },
});
