import { provenance } from './provenance.ts';
import { defineTool, number, text } from './tool.ts';

export const recordOutcome = defineTool({
  name: 'record_outcome',
  title: 'Record outcome',
  description: 'Tell what became of an attempt at a task, so the next choice is better. Kept offline.',
  // The library takes every member that the API has; here are those that an agent knows and the next choice needs.
  inputSchema: {
    type: 'object',
    properties: {
      taskType: text('e.g. refactor'),
      model: text('Model id'),
      outcome: text('solved, failed, provider_error, aborted or unknown'),
      timeMs: number('It took'),
      costUsd: number('Or tokens'),
      inputTokens: number('Read'),
      outputTokens: number('Written'),
      language: text('e.g. typescript'),
      complexity: text('e.g. low'),
      repoId: text('e.g. acme/api'),
      taskId: text('With attempt: counts once'),
      attempt: number('1 for the first'),
      recommendationId: text('If followed'),
    },
    required: ['taskType', 'model', 'outcome', 'timeMs'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: { accepted: { type: 'boolean' }, ...provenance },
    required: ['accepted', 'source'],
  },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  example: { taskType: 'refactor', model: 'some-model', outcome: 'solved', timeMs: 41_000, taskId: 't-1', attempt: 1 },
  aliases: { type: 'taskType', cost: 'costUsd', time: 'timeMs', durationms: 'timeMs', repo: 'repoId', task: 'taskId' },

  async handler(args, { models, signal }) {
    signal?.throwIfAborted();
    const outcome = await models.recordOutcome(args);
    const { told } = await import('../tool-work/index.ts');
    return told(outcome, 'recorded');
  },
});
