import { ageText } from '../age-text.ts';
import { defineTool, onlyReads } from './tool.ts';

const string = { type: 'string' } as const;

export const whetstoneStatus = defineTool({
  name: 'whetstone_status',
  title: 'Whetstone status',
  description: 'Are answers fresh, is the cloud there, what mends it? Ask when an answer is degraded.',
  inputSchema: { type: 'object', properties: {}, additionalProperties: false },
  // `ready`, `stateDir` and `problems` come too; every byte here is in every client's context.
  outputSchema: {
    type: 'object',
    properties: {
      source: { enum: ['cloud', 'cache', 'default'] },
      ageMs: { type: 'integer' },
      degradedReason: string,
      version: string,
      server: { type: 'object' },
      flags: { type: 'object' },
      outbox: { type: 'object' },
    },
    required: ['source', 'version'],
  },
  annotations: onlyReads,
  example: {},

  async handler(_args, { flags, recording, models, version, server, stateDir, signal, progress }) {
    progress?.(`asking ${server.url}`);
    const status = await flags.status(signal);
    signal?.throwIfAborted();
    const { ready, ruleset, source, ageMs, degradedReason, reachable, lastError, ...problems } = status;
    const { outbox, exposures } = await recording.status();
    const { problem: tableProblem, ...table } = await models.status();
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
      text: [line, tableText(table) && `models: ${tableText(table)}`, degradedReason, ...structured.problems]
        .filter(Boolean)
        .join('\n'),
    };
  },
});

/** `table 5f3a, confirmed 3 min ago`: what models are recommended by while the cloud is away. */
export const tableText = ({ version, ageMs }: { version?: string; ageMs?: number }) =>
  version === undefined || ageMs === undefined
    ? undefined
    : `table ${version.slice(0, 12)}, confirmed ${ageText(ageMs)} ago`;
