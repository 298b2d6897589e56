import { provenance } from './provenance.ts';
import { defineTool, number, text } from './tool.ts';

export const recommendModel = defineTool({
  name: 'recommend_model',
  title: 'Recommend model',
  description: 'Which model for this task, why, at what odds and cost, and what if it fails? Tell record_outcome.',
  // The API takes maxTimeMs, repoSize, text, taskId and userId, too. Few tasks have the first, no estimate depends on the
  // others, and the recommendationId joins.
  inputSchema: {
    type: 'object',
    properties: {
      taskType: text('e.g. refactor'),
      language: text('e.g. rust'),
      complexity: text('low, medium, high'),
      repoId: text('e.g. acme/api'),
      contextTokens: number('Size'),
      maxCost: number('USD'),
      verify: text('none, tests, review'),
    },
    additionalProperties: false,
  },
  // The whole receipt comes: interval, n, evidence, tieSet, alternatives, incumbent, filters and more.
  outputSchema: {
    type: 'object',
    properties: {
      // Two branches of one type each: some clients read no list of types.
      model: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      reason: { type: 'string' },
      plan: { type: 'array' },
      recommendationId: { type: 'string' },
      ...provenance,
    },
    required: ['model', 'reason', 'plan', 'source'],
  },
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  example: { taskType: 'refactor', language: 'typescript', complexity: 'medium', maxCost: 0.1 },
  aliases: { type: 'taskType', task: 'taskType', repo: 'repoId', budget: 'maxCost', maxcostusd: 'maxCost' },

  async handler(args, { models, signal }) {
    const answer = await models.recommend(args, signal);
    signal?.throwIfAborted();
    const { recommendation } = await import('../tool-work/index.ts');
    return recommendation(answer);
  },
});
