const onOff = { on: true, off: false };
const flag = (rest: object) => ({ state: 'ENABLED', ...rest });
const letters = { a: 'A', b: 'B', c: 'C', d: 'D' };
const chosen = (targeting: object, more: object = {}) =>
  flag({ variants: letters, defaultVariant: 'd', targeting, ...more });
const quarters = [
  ['a', 25],
  ['b', 25],
  ['c', 25],
  ['d', 25],
];

/**
 * flagd's own example, https://github.com/open-feature/flagd/blob/main/config/samples/example_flags.flagd.json (Apache-2.0),
 * with the current name of `fractional`.
 */
export const example = {
  $schema: 'https://flagd.dev/schema/v0/flags.json',
  flags: {
    myBoolFlag: flag({ variants: onOff, defaultVariant: 'on' }),
    myStringFlag: flag({ variants: { key1: 'val1', key2: 'val2' }, defaultVariant: 'key1' }),
    myFloatFlag: flag({ variants: { one: 1.23, two: 2.34 }, defaultVariant: 'one' }),
    myIntFlag: flag({ variants: { one: 1, two: 2 }, defaultVariant: 'one' }),
    myObjectFlag: flag({ variants: { object1: { key: 'val' }, object2: { key: true } }, defaultVariant: 'object1' }),
    isColorYellow: flag({
      variants: onOff,
      defaultVariant: 'off',
      targeting: { if: [{ '==': [{ var: ['color'] }, 'yellow'] }, 'on', 'off'] },
    }),
    fibAlgo: flag({
      variants: { recursive: 'recursive', memo: 'memo', loop: 'loop', binet: 'binet' },
      defaultVariant: 'recursive',
      targeting: { if: [{ $ref: 'emailWithFaas' }, 'binet', null] },
    }),
    headerColor: flag({
      variants: { red: '#FF0000', blue: '#0000FF', green: '#00FF00', yellow: '#FFFF00' },
      defaultVariant: 'red',
      targeting: {
        if: [
          { $ref: 'emailWithFaas' },
          {
            fractional: [{ var: 'email' }, ['red', 25], ['blue', 25], ['green', 25], ['yellow', 25]],
          },
          null,
        ],
      },
    }),
    targetedFlag: flag({
      variants: { first: 'AAA', second: 'BBB', third: 'CCC' },
      defaultVariant: 'first',
      targeting: { if: [{ in: ['@openfeature.dev', { var: 'email' }] }, 'second', 'first'] },
    }),
  },
  $evaluators: { emailWithFaas: { in: ['@faas.com', { var: ['email'] }] } },
};

/** Other flag keys than flagd's camelCase, as an importing person would name them. */
export const keysOf = (document: { flags: Record<string, unknown> }): Record<string, string> =>
  Object.fromEntries(
    Object.keys(document.flags).map((key) => [key, key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)]),
  );

/** Of the shapes that flagd's documentation and test suite have, one flag for each. */
export const shapes = {
  flags: {
    plain: flag({ variants: onOff, defaultVariant: 'on' }),
    'empty-targeting': flag({ variants: onOff, defaultVariant: 'on', targeting: {} }),
    split: chosen({ fractional: quarters }),
    'split-by-email': chosen({ fractional: [{ var: 'email' }, ...quarters] }),
    'split-seeded': chosen({ fractional: [{ cat: ['shared-seed', { var: 'email' }] }, ...quarters] }),
    'split-by-key-and-email': chosen({
      fractional: [{ cat: [{ var: '$flagd.flagKey' }, { var: 'email' }] }, ...quarters],
    }),
    'split-shorthand': chosen({ fractional: [['a'], ['b', 3]] }),
    'split-weights': chosen({
      fractional: [
        ['a', 0],
        ['b', 700_000],
        ['c', 300_000],
        ['d', -5],
      ],
    }),
    'split-no-weight': chosen({
      fractional: [
        ['a', 0],
        ['b', 0],
      ],
    }),
    'split-fixed': chosen({ fractional: ['the same for all', ...quarters] }),
    'split-null': chosen({
      fractional: [
        ['a', 1],
        [null, 1],
      ],
    }),
    'split-boolean': flag({
      variants: { true: true, false: false },
      defaultVariant: 'false',
      targeting: {
        fractional: [
          [true, 30],
          [false, 70],
        ],
      },
    }),
    'rules-then-split': chosen({
      if: [
        { in: [{ var: 'plan' }, ['pro', 'team']] },
        'a',
        { and: [{ '==': [{ var: 'plan' }, 'free'] }, { '>=': [{ var: 'age' }, 18] }] },
        { fractional: [{ cat: ['seed', { var: 'email' }] }, ['b', 10], ['c', 90]] },
        { fractional: [{ cat: ['seed', { var: 'email' }] }, ['c', 50], ['d', 50]] },
      ],
    }),
    'starts-ends': chosen({
      if: [
        { starts_with: [{ var: 'email' }, 'a'] },
        'a',
        { if: [{ ends_with: [{ var: 'email' }, 'faas.com'] }, 'b', 'c'] },
      ],
    }),
    versions: chosen({
      if: [
        { sem_ver: [{ var: 'version' }, '=', '2.0.0'] },
        'a',
        {
          if: [
            { sem_ver: [{ var: 'version' }, '>', 'v2.0.0'] },
            'b',
            { if: [{ sem_ver: [{ var: 'version' }, '<=', '1'] }, 'c', null] },
          ],
        },
      ],
    }),
    'versions-caret': chosen({
      if: [
        { sem_ver: [{ var: 'version' }, '~', '3.0.0'] },
        'a',
        { sem_ver: [{ var: 'version' }, '^', '3.1'] },
        'b',
        'c',
      ],
    }),
    'versions-not': chosen({
      if: [
        { '!': [{ sem_ver: [{ var: 'version' }, '>=', '2.0.0'] }] },
        'a',
        { sem_ver: [{ var: 'version' }, '!=', '3.0.0'] },
        'b',
        'c',
      ],
    }),
    'not-equal': chosen({ if: [{ '!=': [{ var: 'plan' }, 'pro'] }, 'a', 'b'] }),
    'not-in': chosen({ if: [{ '!': { in: [{ var: 'plan' }, ['pro', 'team']] } }, 'a', 'b'] }),
    'not-or': chosen({
      if: [{ '!': [{ or: [{ '==': [{ var: 'plan' }, 'pro'] }, { '<': [{ var: 'age' }, 18] }] }] }, 'a', 'b'],
    }),
    'and-or': chosen({
      if: [
        {
          and: [
            { or: [{ '==': [{ var: 'plan' }, 'pro'] }, { in: ['faas', { var: 'email' }] }] },
            { '!': [{ and: [{ '>': [{ var: 'age' }, 20] }, { '<=': [{ var: 'age' }, 60] }] }] },
            { '!==': [{ var: 'targetingKey' }, 'user-7'] },
          ],
        },
        'a',
        'b',
      ],
    }),
    between: chosen({ if: [{ '<=': [18, { var: 'age' }, 65] }, 'a', { '>': [0, { var: 'age' }] }, 'b', 'c'] }),
    'missing-is-zero': chosen({ if: [{ '<': [{ var: 'age' }, 5] }, 'a', { '==': [{ var: 'age' }, 5] }, 'b', 'c'] }),
    'equals-zero': chosen({ if: [{ '==': [{ var: 'age' }, 0] }, 'a', 'b'] }),
    'is-null': chosen({ if: [{ '==': [{ var: 'email' }, null] }, 'a', 'b'] }),
    'is-not-null': chosen({ if: [{ '!=': [null, { var: 'email' }] }, 'a', 'b'] }),
    default: chosen({ if: [{ '==': [{ var: ['plan', 'pro'] }, 'pro'] }, 'a', 'b'] }),
    'default-in-list': chosen({ if: [{ in: [{ var: ['plan', 'team'] }, ['pro', 'team']] }, 'a', 'b'] }),
    truthy: chosen({ if: [{ var: 'beta' }, 'a', { '!!': [{ var: 'plan' }] }, 'b', 'c'] }),
    'boolean-answer': flag({
      variants: { true: 'yes', false: 'no' },
      defaultVariant: 'false',
      targeting: { and: [{ '==': [{ var: 'beta' }, true] }, { '!': [{ '==': [{ var: 'plan' }, 'free'] }] }] },
    }),
    'one-arm': chosen({ if: [{ $ref: 'grown' }, 'a'] }),
    'reference-within': chosen({ if: [{ and: [{ $ref: 'grown' }, { '!': [{ $ref: 'paying' }] }] }, 'a', 'b'] }),
    'conditional-condition': chosen({ if: [{ if: [{ var: 'beta' }, { $ref: 'grown' }, false] }, 'a', 'b'] }),
    'key-in-condition': chosen({ if: [{ '==': [{ var: '$flagd.flagKey' }, 'key-in-condition'] }, 'a', 'b'] }),
    described: flag({
      variants: onOff,
      defaultVariant: 'on',
      metadata: { description: 'Who sees it', owner: 'team-a', tags: 'a,b', expiresAt: '2027-01-01T00:00:00Z' },
    }),
  },
  $evaluators: {
    grown: { '>=': [{ var: 'age' }, 18] },
    paying: { in: [{ var: 'plan' }, ['pro', 'team']] },
  },
};
