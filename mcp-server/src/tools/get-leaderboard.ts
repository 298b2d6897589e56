import { provenance } from './provenance.ts';
import { defineTool, number, onlyReads, text } from './tool.ts';

export const getLeaderboard = defineTool({
  name: 'get_leaderboard',
  title: 'Get leaderboard',
  description: 'Which model or agent does best on a data set, how sure is that, at what cost? Tie groups, not ranks.',
  inputSchema: {
    type: 'object',
    properties: {
      dataset: text('humaneval, mbpp, starter, agent-work, or one of the project'),
      timeRange: text('e.g. 7d; default 30d'),
      kind: text('model, samples, command, reference or agent'),
      taskType: text('e.g. refactor'),
      limit: number('Default 10'),
    },
    required: ['dataset'],
    additionalProperties: false,
  },
  // Each item: label, kind, tieGroup, rankRange, passRate, interval, n, costPerSolvedUsd, medianTimeMs, openRegressionId.
  outputSchema: {
    type: 'object',
    properties: { dataset: { type: 'string' }, items: { type: 'array' }, total: { type: 'integer' }, ...provenance },
    required: ['dataset', 'items', 'source'],
  },
  annotations: onlyReads,
  example: { dataset: 'humaneval', timeRange: '7d' },
  aliases: { benchmark: 'dataset', data: 'dataset', range: 'timeRange', since: 'timeRange' },

  async handler(args, { evals, signal }) {
    const { leaderboard } = await import('../tool-work/index.ts');
    return leaderboard(args, evals, signal);
  },
});
