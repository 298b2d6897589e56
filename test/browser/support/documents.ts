/** A flag as somebody writes it that is on and serves its off variant, with what the test is about put over it. */
export const documentOf = (key: string, more: object = {}) => ({
  key,
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  fallthrough: { variant: 'off' },
  ...more,
});
