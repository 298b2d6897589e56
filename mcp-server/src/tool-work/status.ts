import { ageText } from '../age-text.ts';
import type { Answer, ToolContext } from '../tools/tool.ts';
import { tableText } from './table-text.ts';

export async function status({
  flags,
  recording,
  models,
  feedback,
  version,
  server,
  stateDir,
  signal,
  progress,
}: ToolContext): Promise<Answer> {
  progress?.(`asking ${server.url}`);
  const known = await flags.status(signal);
  signal?.throwIfAborted();
  const { ready, ruleset, source, ageMs, degradedReason, reachable, lastError, ...problems } = known;
  const { outbox, exposures } = await recording.status();
  const { problem: tableProblem, ...table } = await models.status();
  const served = (await (await feedback()).guidance.served()) ?? [];
  const { problems: outboxProblems = [], ...outboxCounts } = outbox ?? {};
  const unreadable = [...(ruleset?.unreadable.keys() ?? [])];
  const structured = {
    ready,
    source,
    ageMs,
    degradedReason,
    version,
    server: { ...server, reachable, lastError },
    flags: {
      count: ruleset?.flags.size ?? 0,
      revision: ruleset?.revision,
      ...(unreadable.length > 0 && { unreadable }),
    },
    models: table,
    ...(served.length > 0 && { guidance: served }),
    outbox: { ...outboxCounts, exposures },
    stateDir,
    problems: [
      ...Object.values(problems),
      tableProblem,
      ...outboxProblems,
      'problem' in exposures && exposures.problem,
    ].filter(Boolean),
  };
  const age = ageMs === undefined ? '' : `, confirmed ${ageText(ageMs)} ago`;
  const rules = ready ? `${structured.flags.count} flags` : 'not ready: no flags yet';
  const line = `whetstone-mcp ${version} · ${rules} from ${server.url} · ${source}${age}`;
  return {
    structured,
    text: [
      line,
      tableText(table) && `models: ${tableText(table)}`,
      served.length > 0 && `guidance: ${served.join(', ')}`,
      degradedReason,
      ...structured.problems,
    ]
      .filter(Boolean)
      .join('\n'),
  };
}
