/** On for alice alone, by a rule. */
export const flagForAlice = {
  key: 'new-fixer-prompt',
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [
    { id: 'r1', when: [{ attribute: 'userId', op: 'in' as const, values: ['alice'] }], serve: { variant: 'on' } },
  ],
  fallthrough: { variant: 'off' },
};

/** On for everybody, as a server sends it. */
export const flagForAll = { ...flagForAlice, rules: [], fallthrough: { variant: 'on' }, version: 3 };
