import { provenanceOf } from '../offline/last-answers.ts';
import { visible } from '../visible.ts';
import { membersOf, picked, provenance, provenanceText, rateText, recordsOf, textOf } from './eval-shape.ts';
import { defineTool, number, onlyReads, text } from './tool.ts';

const defaultLimit = 10;
const maxLimit = 50;

export const leaderboardPath = (query: Record<string, string>) => `/api/leaderboard?${new URLSearchParams(query)}`;

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
      limit: number(`Default ${defaultLimit}`),
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

  async handler({ dataset, timeRange, kind, taskType, limit = defaultLimit }, { evals, signal }) {
    const query = Object.entries({ dataset, timeRange, kind, taskType }).filter(([, value]) => value !== undefined);
    const answer = await evals.read(leaderboardPath(Object.fromEntries(query) as Record<string, string>), signal);
    if (answer.kind === 'refused') return { refusal: answer.why };
    const body = answer.kind === 'default' ? {} : answer.body;
    const all = recordsOf(body['items']);
    const items = all.slice(0, Math.min(Math.max(1, Math.trunc(limit)), maxLimit)).map(itemOf);
    const said = provenanceOf(answer);
    const { timeRange: covered, generatedAt, datasetSha256 } = body;
    return {
      structured: { dataset, timeRange: covered, generatedAt, datasetSha256, items, total: all.length, ...said },
      text: [headline(dataset, body, [items.length, all.length]), ...items.map(lineOf), `· ${provenanceText(said)}`]
        .map(visible)
        .join('\n'),
    };
  },
});

const itemOf = (row: Record<string, unknown>) => ({
  ...picked(membersOf(row['subject']), ['label', 'kind']),
  ...picked(row, [
    'tieGroup',
    'rankRange',
    'passRate',
    'interval',
    'n',
    'costPerSolvedUsd',
    'medianTimeMs',
    'openRegressionId',
  ]),
});

function headline(dataset: string, body: Record<string, unknown>, [shown, total]: [number, number]) {
  if (body['items'] === undefined) return `${dataset}: not known`;
  const range = textOf(body['timeRange']);
  if (total > 0)
    return `${dataset}, ${shown} of ${total} measured in ${range}, 95 % intervals; a group is not told apart`;
  const without = recordsOf(body['withoutVerdict']).length;
  if (without > 0) return `${dataset}: ${without} ran in ${range}, and no sample has a verdict; get_eval_run says why`;
  const how = dataset === 'agent-work' ? 'submitEvalRun tells outcomes' : 'run_eval measures';
  return `${dataset}: nothing like that in ${range}; ${how}`;
}

function lineOf({
  label,
  tieGroup,
  passRate,
  interval,
  n,
  costPerSolvedUsd,
  openRegressionId,
}: ReturnType<typeof itemOf>) {
  const cost = typeof costPerSolvedUsd === 'number' ? `, $${costPerSolvedUsd.toPrecision(3)} per solved` : '';
  const regressed = textOf(openRegressionId) === '' ? '' : ', regressed';
  return `group ${String(tieGroup)}: ${textOf(label)} ${rateText(passRate, interval, n)}${cost}${regressed}`;
}
