import { expandShortFlag } from '@whetstone/shared/flags';
import { defineTool } from '../tool.ts';
import { changingOf, confirmedChange } from './confirmed-change.ts';
import { changes, confirm, key, outputSchema, reason } from './shape.ts';

const dayMs = 86_400_000;
/** What an agent makes is not meant to outlive the work it was made for; whoever wants to keep it says so. */
const livesForDays = 30;

export const createFlag = defineTool({
  name: 'create_flag',
  title: 'Create flag',
  description: 'Makes a flag: first a dry run, then with confirm. It expires in 30 days unless told otherwise.',
  inputSchema: {
    type: 'object',
    properties: {
      key,
      reason,
      description: { type: 'string', description: 'What the flag decides' },
      rolloutPercentage: { type: 'number', description: 'Share of users that get "on", 0 to 100; default 0' },
      document: { type: 'object', description: 'Instead: variants, offVariant, rules, fallthrough … of the flag' },
      expiresAt: { type: 'string', description: 'ISO-8601 instant' },
      confirm,
    },
    required: ['key', 'reason'],
    additionalProperties: false,
  },
  outputSchema,
  annotations: changes,
  example: { key: 'new-fixer-prompt', rolloutPercentage: 10, reason: 'try the shorter prompt' },
  aliases: { percentage: 'rolloutPercentage', rollout: 'rolloutPercentage', flag: 'document', definition: 'document' },

  async handler(args, ctx) {
    const { key: flagKey, description, rolloutPercentage = 0, document, expiresAt, reason: why } = args;
    const wanted = document ?? expandShortFlag({ key: flagKey, rolloutPercentage, variant: 'on' });
    const tags = document && Array.isArray(document['tags']) ? document['tags'] : [];
    const body = {
      enabled: true,
      rules: [],
      ...wanted,
      key: flagKey,
      ...(description !== undefined && { description }),
      tags: [...new Set([...tags, 'agent-made'])],
      expiresAt: expiresAt ?? document?.['expiresAt'] ?? lastDay(changingOf(ctx).nowMs()),
      reason: why,
    };
    return confirmedChange({ tool: 'create_flag', args, method: 'POST', path: '/api/flags', body }, ctx);
  },
});

/** A whole day, so that the dry run and the confirmed call mean the same. */
const lastDay = (nowMs: number) => new Date((Math.floor(nowMs / dayMs) + livesForDays + 1) * dayMs).toISOString();
