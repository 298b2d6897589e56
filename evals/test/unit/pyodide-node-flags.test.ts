import { expect, it } from 'vitest';
import { nodeFlags } from '../../src/sandbox/pyodide/node-flags.ts';

it.each([
  ['v20.19.0', '--experimental-permission'],
  ['v22.12.0', '--experimental-permission'],
  ['v22.13.0', '--permission'],
  ['v23.4.0', '--experimental-permission'],
  ['v23.5.0', '--permission'],
  ['v24.0.0', '--permission'],
])('Node %s is told %s', (version, flag) => {
  expect(nodeFlags(version, [])[0]).toBe(flag);
});

it('lets the child read what is named, write nothing and start no program', () => {
  const flags = nodeFlags('v20.20.2', ['/a/*', '/b']);
  expect(flags.filter((flag) => flag.startsWith('--allow-'))).toEqual([
    '--allow-worker',
    '--allow-fs-read=/a/*',
    '--allow-fs-read=/b',
  ]);
  expect(flags).toContain('--disallow-code-generation-from-strings');
});
