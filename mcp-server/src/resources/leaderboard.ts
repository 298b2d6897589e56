import { provenanceOf } from '../offline/last-answers.ts';
import { recordsOf } from '../tool-work/shape.ts';
import { leaderboardPath } from '../tool-work/leaderboard-path.ts';
import type { ToolContext } from '../tools/tool.ts';
import { jsonContent, type ResourceFamily } from './resource.ts';

const freshForMs = 10_000;

export const leaderboardResources: ResourceFamily<ToolContext> = {
  kind: 'family',
  uriTemplate: 'whetstone://leaderboard/{dataset}',
  name: 'leaderboard',
  title: 'Leaderboard',
  description:
    'Subjects by pass rate on a data set, with intervals and tie groups; as last known when the cloud is away',
  mimeType: 'application/json',

  async members({ evals, signal }) {
    const answer = await evals.glance('/api/leaderboard/datasets', signal);
    if (answer.kind === 'refused' || answer.kind === 'default') return new Map();
    return new Map(
      recordsOf(answer.body['items']).flatMap(({ dataset, runs }) =>
        typeof dataset === 'string' ? [[dataset, `${String(runs)} runs`] as const] : [],
      ),
    );
  },

  async read(dataset, { evals, signal }) {
    const answer = await evals.read(leaderboardPath({ dataset }), signal);
    if (answer.kind === 'refused') return undefined;
    const board = answer.kind === 'default' ? { dataset, items: [] } : answer.body;
    return jsonContent({ ...board, ...provenanceOf(answer) }, answer.kind === 'cloud' ? freshForMs : 0);
  },
};
