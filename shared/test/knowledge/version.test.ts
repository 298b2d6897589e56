import { expect, it } from 'vitest';
import { chooseVersion, compareVersions } from '../../src/knowledge/index.ts';

const react = ['18.3.1', '19.0.0', '19.2.0', '20.0.0-rc.1'];

it.each([
  [undefined, react, '19.2.0', true],
  ['latest', react, '19.2.0', true],
  ['19.0.0', react, '19.0.0', true],
  ['v19.0.0', react, '19.0.0', true],
  ['^18.0.0', react, '18.3.1', true],
  ['>=19 <20', react, '19.2.0', true],
  ['20.0.0-rc.1', react, '20.0.0-rc.1', true],
  ['19.1.4', react, '19.0.0', false],
  ['18.2.0', react, '18.3.1', false],
  ['17.0.2', react, '19.2.0', false],
  ['^21.0.0', react, '19.2.0', false],
  ['3.11', ['3.9', '3.11', '3.12'], '3.11', true],
  ['3.11.4', ['3.9', '3.11', '3.12'], '3.11', false],
  ['stable', ['3.9', '3.12'], '3.12', false],
  ['1.0.0', [], undefined, false],
] as const)('%s of %j is answered with %s, as asked: %s', (asked, available, answered, isAsked) => {
  expect(chooseVersion(asked, available)).toEqual({ answered, isAsked });
});

it('versions have an order by their numbers', () => {
  const versions = ['1.10.0', '1.9.0', 'next', '1.10.0-beta.1', '3.11'];
  expect(versions.toSorted(compareVersions)).toEqual(['next', '1.9.0', '1.10.0-beta.1', '1.10.0', '3.11']);
});
