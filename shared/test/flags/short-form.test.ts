import { describe, expect, it } from 'vitest';
import { FlagDraft, ShortFlag } from '../../src/contract/flags.ts';
import { expandShortFlag } from '../../src/flags/index.ts';
import { flagWith, served } from './support.ts';

const expand = (short: unknown) => expandShortFlag(ShortFlag.parse(short));

describe('the short form', () => {
  const short = {
    key: 'new-fixer-prompt',
    rolloutPercentage: 25,
    users: ['ada', 'bob'],
    repos: ['acme/api'],
    variant: 'v2',
  };

  it('means a rule for users, a rule for repositories, and a covered split', () => {
    expect(expand(short)).toEqual({
      key: 'new-fixer-prompt',
      enabled: true,
      variants: { v2: true, off: false },
      offVariant: 'off',
      rules: [
        { id: 'users', when: [{ attribute: 'userId', op: 'in', values: ['ada', 'bob'] }], serve: { variant: 'v2' } },
        { id: 'repos', when: [{ attribute: 'repoId', op: 'in', values: ['acme/api'] }], serve: { variant: 'v2' } },
      ],
      fallthrough: { split: [{ variant: 'v2', weight: 100 }], coverage: 25, otherwise: 'off', by: 'userId' },
    });
  });

  it.each([{}, { users: [], repos: [] }])('makes no rule for nobody: %j', (lists) => {
    expect(expand({ key: 'k', rolloutPercentage: 0, ...lists })).toMatchObject({
      rules: [],
      variants: { on: true, off: false },
    });
  });

  it('is a document the schema takes', () => {
    expect(FlagDraft.safeParse(expand(short)).success).toBe(true);
  });

  it.each([
    [{ userId: 'ada' }, 'v2', 'TARGETING_MATCH'],
    [{ userId: 'zoë', repoId: 'acme/api' }, 'v2', 'TARGETING_MATCH'],
    [{ repoId: 'acme/api' }, 'v2', 'TARGETING_MATCH'],
    [{ userId: 'alice' }, 'v2', 'SPLIT'],
    [{ userId: 'zoë', repoId: 'acme/web' }, 'off', 'SPLIT'],
    [{ repoId: 'acme/web' }, 'off', 'ERROR'],
  ])('serves %j %s by %s', (context, variant, reason) => {
    expect(served(flagWith(expand(short)), { context })).toMatchObject({ variant, reason, enabled: variant === 'v2' });
  });
});
