import { expect, it } from 'vitest';
import { nearest } from '../../src/tools/nearest.ts';

const names = ['key', 'userId', 'repoId', 'attributes', 'default'];

it.each([
  ['usrId', 'userId'],
  ['kee', 'key'],
  ['USERID', 'userId'],
  ['atributes', 'attributes'],
  ['defautl', 'default'],
])('%s was meant to be %s', (word, name) => {
  expect(nearest(word, names)).toBe(name);
});

it.each(['color', 'x', '', 'environment', 'k'.repeat(10_000)])('%s was meant to be none of them', (word) => {
  expect(nearest(word, names)).toBeUndefined();
});
