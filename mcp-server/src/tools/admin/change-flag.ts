import { defineTool } from '../tool.ts';
import { confirmedChange, readFlag } from './confirmed-change.ts';
import { changes, confirm, key, outputSchema, reason } from './shape.ts';
import { replacement } from './replacement.ts';

export const changeFlag = defineTool({
  name: 'change_flag',
  title: 'Change flag',
  description: 'Replaces members of a flag: first a dry run with the diff and who moves, then with confirm.',
  inputSchema: {
    type: 'object',
    properties: {
      key,
      reason,
      change: {
        type: 'object',
        description: 'Members to replace, e.g. {"enabled": false}; null removes one. See whetstone://flags/{key}',
      },
      confirm,
    },
    required: ['key', 'reason', 'change'],
    additionalProperties: false,
  },
  outputSchema,
  annotations: changes,
  example: { key: 'new-fixer-prompt', change: { enabled: false }, reason: 'it breaks imports' },
  aliases: { changes: 'change', patch: 'change', set: 'change' },

  async handler(args, ctx) {
    const known = await readFlag(args.key, ctx);
    if ('refusal' in known) return known;
    const body = {
      ...replacement(known.flag, args.change),
      key: args.key,
      version: known.version,
      reason: args.reason,
    };
    const path = `/api/flags/${encodeURIComponent(args.key)}`;
    return confirmedChange({ tool: 'change_flag', args, method: 'PUT', path, body, baseVersion: known.version }, ctx);
  },
});
