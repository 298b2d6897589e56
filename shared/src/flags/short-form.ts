import type { FlagDefinition, Rule, ShortFlag } from '../contract/flag-document.ts';

/** The flag that the short form means: listed users or repositories are in, and a share of all users. */
export function expandShortFlag({ key, rolloutPercentage, users, repos, variant }: ShortFlag): FlagDefinition {
  return {
    key,
    enabled: true,
    variants: { [variant]: true, off: false },
    offVariant: 'off',
    rules: [...listed('users', 'userId', users, variant), ...listed('repos', 'repoId', repos, variant)],
    fallthrough: {
      split: [{ variant, weight: 100 }],
      coverage: rolloutPercentage,
      otherwise: 'off',
      by: 'userId',
    },
  };
}

function listed(id: string, attribute: string, values: string[] | undefined, variant: string): Rule[] {
  return values && values.length > 0 ? [{ id, when: [{ attribute, op: 'in', values }], serve: { variant } }] : [];
}
