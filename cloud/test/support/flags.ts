import type { FlagDraft } from '@whetstone/shared/contract';
import type { z } from 'zod';

type Draft = z.input<typeof FlagDraft>;

/** A flag that is on for alice and for a quarter of the users of acme/api. */
export const aFlag = (key: string, change: Partial<Draft> = {}): Draft => ({
  key,
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [
    { id: 'r1', when: [{ attribute: 'userId', op: 'in', values: ['alice'] }], serve: { variant: 'on' } },
    {
      id: 'r2',
      when: [{ attribute: 'repoId', op: 'in', values: ['acme/api'] }],
      serve: {
        split: [
          { variant: 'on', weight: 25 },
          { variant: 'off', weight: 75 },
        ],
      },
    },
  ],
  fallthrough: { variant: 'off' },
  ...change,
});
