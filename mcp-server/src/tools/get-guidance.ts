import { provenance } from './provenance.ts';
import { defineTool, number, onlyReads, text } from './tool.ts';

export const getGuidance = defineTool({
  name: 'get_guidance',
  title: 'Get guidance',
  description: 'Which rules did earlier corrections teach for this task? Ask before you begin, follow what applies.',
  inputSchema: {
    type: 'object',
    properties: {
      taskType: text('e.g. refactor'),
      language: text('e.g. typescript'),
      userId: text('Who the work is for'),
      repoId: text('e.g. acme/api'),
      model: text('Model id'),
      taskId: text('Joins outcomes'),
      tokenBudget: number('Default: all'),
    },
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      version: { type: 'string' },
      rules: { type: 'array' },
      tokens: { type: 'integer' },
      ...provenance,
    },
    required: ['rules', 'source'],
  },
  annotations: onlyReads,
  example: { taskType: 'refactor', userId: 'alice' },
  aliases: { type: 'taskType', user: 'userId', repo: 'repoId', task: 'taskId', maxtokens: 'tokenBudget' },

  async handler(args, { feedback, signal }) {
    const answer = await (await feedback()).guidance.give(args, signal);
    signal?.throwIfAborted();
    if ('refusal' in answer) return { refusal: `invalid: ${answer.refusal}` };
    const { text: rules, ...structured } = answer;
    const { version, source, degradedReason } = answer;
    const served = version === undefined ? 'no guidance for this' : `guidance ${version}`;
    const head = `${served} · ${source}`;
    return { structured, text: [head, degradedReason, rules].filter(Boolean).join('\n') };
  },
});
