import type { FlagDraft } from '@whetstone/shared/contract';
import type { z } from 'zod';

/**
 * A handful of sample inputs, so that the first question of a new installation has an answer worth looking at. `flag lint`
 * has nothing against them.
 */
export const demoFlags: z.input<typeof FlagDraft>[] = [
  {
    key: 'new-fixer-prompt',
    description: 'The new prompt for mending a failing test; goes when everybody has it',
    type: 'boolean',
    enabled: true,
    variants: { on: true, off: false },
    offVariant: 'off',
    rules: [
      { id: 'users', when: [{ attribute: 'userId', op: 'in', values: ['user-1'] }], serve: { variant: 'on' } },
      { id: 'repos', when: [{ attribute: 'repoId', op: 'in', values: ['sample/api'] }], serve: { variant: 'on' } },
    ],
    fallthrough: { split: [{ variant: 'on', weight: 100 }], coverage: 25, otherwise: 'off', by: 'userId' },
    tags: ['sample'],
    owner: 'team-agents',
  },
  {
    key: 'review-model',
    description: 'Which model reviews a change',
    type: 'json',
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
    owner: 'team-review',
  },
  {
    key: 'shell-tool',
    description: 'May agents run shell commands here?',
    type: 'boolean',
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
    owner: 'team-agents',
  },
  {
    key: 'answer-style',
    description: 'How the code of the sample eval runs was asked for',
    type: 'string',
    enabled: true,
    variants: { plain: 'plain', terse: 'terse' },
    offVariant: 'plain',
    rules: [],
    fallthrough: {
      split: [
        { variant: 'plain', weight: 50 },
        { variant: 'terse', weight: 50 },
      ],
      by: 'userId',
    },
    tags: ['sample'],
    owner: 'team-agents',
  },
];
