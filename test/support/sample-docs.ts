import type { StandInVersion } from './knowledge-stand-in.ts';

const caching = (seconds: number) =>
  [
    '# Caching',
    '',
    'How answers are kept.',
    '',
    '## Time to live',
    '',
    `An entry must be dropped after ${seconds} seconds, unless \`keepAlive\` is set. It is not refreshed while it is read.`,
    '',
    '```js',
    `const cache = createCache({ ttlSeconds: ${seconds} });`,
    '```',
    '',
    '## Size',
    '',
    'A cache holds at most 500 entries. The entry that was used longest ago goes first.',
    '',
  ].join('\n');

const retries = [
  '# Retries',
  '',
  'A request is sent again after a broken connection, at most `maxRetries` times.',
  '',
].join('\n');

/** A library of our own invention, in two versions that differ in a number. */
export const sampleDocs: StandInVersion[] = [
  { library: 'tidy-cache', version: '1.4.0', pages: { 'docs/caching.md': caching(30), 'docs/retries.md': retries } },
  { library: 'tidy-cache', version: '2.1.0', pages: { 'docs/caching.md': caching(60), 'docs/retries.md': retries } },
];
