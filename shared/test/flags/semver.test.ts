import { describe, expect, it } from 'vitest';
import { compareVersions, parseVersion } from '../../src/flags/semver.ts';

const order = (a: string, b: string) => {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (!left || !right) throw new Error(`expected versions: ${a}, ${b}`);
  return Math.sign(compareVersions(left, right));
};

describe('versions', () => {
  it('follow the precedence of semver.org, each below the next', () => {
    const ascending = [
      '0.9.9',
      '1.0.0-0',
      '1.0.0-9',
      '1.0.0-10',
      '1.0.0-99999999999999999998',
      '1.0.0-99999999999999999999',
      '1.0.0--',
      '1.0.0-A',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.1',
      '1.2.0',
      '1.10.0',
      '2.0.0',
      '10.0.0',
      '99999999999999999999.0.0',
      '100000000000000000000.0.0',
    ];
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries())
        expect(`${a} ${b} ${order(a, b)}`).toBe(`${a} ${b} ${Math.sign(i - j)}`);
    }
  });

  it.each([
    ['2', '2.0.0'],
    ['2.1', '2.1.0'],
    ['2-beta1', '2.0.0-beta1'],
    ['2.1-beta1', '2.1.0-beta1'],
    ['1.2.3+build.7', '1.2.3'],
    ['2+build', '2.0.0+other'],
  ])('take %s as %s', (a, b) => expect(order(a, b)).toBe(0));

  it.each([
    'v1.0.0',
    '',
    '1.',
    '1.2.',
    '.1',
    '01.0.0',
    '1.0.0-01',
    '1.0.0-',
    '1.0.0-a..b',
    '1.0.0+',
    '1.2.3.4',
    ' 1.0.0',
    '1.0.0\n',
    '1.0.0-é',
    'latest',
  ])('are not %j', (text) => expect(parseVersion(text)).toBeUndefined());

  it('are parsed in linear time', () => {
    const hostile = [`1.0.0-${'1'.repeat(100_000)}!`, `1.0.0-${'a.'.repeat(50_000)}!`, `1.0.0-${'1-'.repeat(50_000)}.`];
    for (const text of hostile) expect(parseVersion(text)).toBeUndefined();
  });
});
