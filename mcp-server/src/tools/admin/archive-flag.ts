import { defineTool } from '../tool.ts';
import { confirmedChange, readFlag } from './confirmed-change.ts';
import { changes, confirm, key, outputSchema, reason } from './shape.ts';

export const archiveFlag = defineTool({
  name: 'archive_flag',
  title: 'Archive flag',
  description: 'Takes a flag out of service, restorable: first a dry run, then with confirm.',
  inputSchema: {
    type: 'object',
    properties: { key, reason, confirm },
    required: ['key', 'reason'],
    additionalProperties: false,
  },
  outputSchema,
  annotations: { ...changes, destructiveHint: true },
  example: { key: 'new-fixer-prompt', reason: 'everybody has it' },

  async handler(args, ctx) {
    const known = await readFlag(args.key, ctx);
    if ('refusal' in known) return known;
    if (known.flag['archivedAt'] !== undefined) return { refusal: `"${args.key}" is archived already` };
    const path = `/api/flags/${encodeURIComponent(args.key)}`;
    const query = { reason: args.reason, version: String(known.version) };
    return confirmedChange(
      { tool: 'archive_flag', args, method: 'DELETE', path, query, baseVersion: known.version },
      ctx,
    );
  },
});
