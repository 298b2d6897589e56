import { provenance } from './provenance.ts';
import { defineTool, onlyReads, text } from './tool.ts';

export const getEvalRun = defineTool({
  name: 'get_eval_run',
  title: 'Get eval run',
  description: 'How far is an eval run, what is its pass rate, which problems failed and why?',
  inputSchema: {
    type: 'object',
    properties: { runId: text('From run_eval') },
    required: ['runId'],
    additionalProperties: false,
  },
  // No rate before the first verdict. Of the run: dataset, subject, counts, costs, times, failure too. Failures: the first 10
  // that failed or took too long, and three without a verdict, with their detail; withoutSample: how many were not answered.
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
  annotations: onlyReads,
  example: { runId: '01997a2e-0000-7000-8000-000000000000' },
  aliases: { id: 'runId', run: 'runId' },

  async handler({ runId }, { evals, signal }) {
    const { evalRun } = await import('../tool-work/index.ts');
    return evalRun(runId, evals, signal);
  },
});
