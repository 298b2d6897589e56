/** What every tool that changes flags takes and answers. */
export const key = { type: 'string', description: 'Flag key' } as const;
export const reason = { type: 'string', description: 'Why, for the history' } as const;
export const confirm = { type: 'string', description: 'Token of the dry run; leave out for a dry run' } as const;

export const outputSchema = {
  type: 'object',
  properties: {
    status: { enum: ['dry_run', 'applied'] },
    flag: { type: 'object' },
    diff: { type: 'array' },
    moves: { type: 'object' },
    confirm: { type: 'string' },
    source: { enum: ['cloud'] },
    ageMs: { type: 'integer' },
  },
  required: ['status', 'flag', 'source'],
} as const;

/** Each write asks for what it read, so that the same call twice is refused the second time. */
export const changes = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };
