import { provenanceOf, type LastAnswers } from '../offline/last-answers.ts';
import type { Outcome } from '../tools/tool.ts';
import { visible } from '../visible.ts';
import { leaderboardPath } from './leaderboard-path.ts';
import { membersOf, picked, provenanceText, rateText, recordsOf, textOf } from './shape.ts';

const defaultLimit = 10;
const maxLimit = 50;

interface LeaderboardQuestion {
  dataset: string;
  timeRange?: string | undefined;
  kind?: string | undefined;
  taskType?: string | undefined;
  limit?: number | undefined;
}

export async function leaderboard(
  { dataset, timeRange, kind, taskType, limit = defaultLimit }: LeaderboardQuestion,
  evals: Pick<LastAnswers, 'read'>,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
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
}

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
