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

  async handler(_args, ctx) {
    const { status } = await import('../tool-work/index.ts');
    return status(ctx);
  },
});
