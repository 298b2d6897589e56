/** What every answer says of itself. */
export const provenance = {
  source: { enum: ['cloud', 'cache', 'default'] },
  ageMs: { type: 'integer' },
  degradedReason: { type: 'string' },
} as const;
