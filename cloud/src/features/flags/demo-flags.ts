import type { FlagDraft, ShortFlag } from '@whetstone/shared/contract';
import type { z } from 'zod';

/** A handful of sample inputs, so that the first question of a new installation has an answer worth looking at. */
export const demoFlags: (z.input<typeof FlagDraft> | z.input<typeof ShortFlag>)[] = [
  { key: 'new-fixer-prompt', rolloutPercentage: 25, users: ['user-1'], repos: ['sample/api'] },
  {
    key: 'review-model',
    description: 'Which model reviews a change',
    enabled: true,
    variants: { small: { model: 'small-model', maxTokens: 4_000 }, large: { model: 'large-model', maxTokens: 16_000 } },
    offVariant: 'small',
    rules: [
      {
        id: 'hard-tasks',
        when: [{ attribute: 'taskType', op: 'in', values: ['refactor', 'migration'] }],
        serve: { variant: 'large' },
      },
    ],
    fallthrough: {
      split: [
        { variant: 'small', weight: 80 },
        { variant: 'large', weight: 20 },
      ],
      by: 'repoId',
    },
    tags: ['sample'],
  },
  {
    key: 'shell-tool',
    description: 'May agents run shell commands here?',
    enabled: true,
    variants: { on: true, off: false },
    offVariant: 'off',
    rules: [
      {
        id: 'not-on-main',
        when: [{ attribute: 'branch', op: 'in', values: ['main', 'master'], negate: true }],
        serve: { variant: 'on' },
      },
    ],
    fallthrough: { variant: 'off' },
    tags: ['sample'],
  },
];
