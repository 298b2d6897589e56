import type { Flag } from '@whetstone/shared/contract';

/** A stored flag that is on for everyone, with what the test is about put over it. */
export const flagWith = (parts: Partial<Flag> = {}): Flag => ({
  key: 'new-fixer-prompt',
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'on' },
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...parts,
});
