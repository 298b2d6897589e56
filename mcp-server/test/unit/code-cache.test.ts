import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeCache } from '../../src/code-cache.ts';

const code = Buffer.from('compiled code of some length');
const node = { version: 'v20.19.0', arch: 'x64' as const, execPath: '/usr/bin/node', pid: 7, getuid: process.getuid! };

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'whetstone-code-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const cacheOf = (over: object = {}) =>
  codeCache({ directory: join(directory, 'cache'), fingerprint: 'abc', node: { ...node, ...over } });
const file = () => join(directory, 'cache', readdirSync(join(directory, 'cache'))[0]!);

it('gives back what was kept, and nothing before', () => {
  expect(cacheOf().read()).toBeUndefined();
  cacheOf().keep(code);
  expect(cacheOf().read()).toEqual(code);
  expect(readdirSync(join(directory, 'cache'))).toHaveLength(1);
});

it('gives nothing to another Node or another program', () => {
  cacheOf().keep(code);
  expect(cacheOf({ version: 'v22.0.0' }).read()).toBeUndefined();
  expect(cacheOf({ execPath: '/opt/node' }).read()).toBeUndefined();
  expect(codeCache({ directory: join(directory, 'cache'), fingerprint: 'other', node }).read()).toBeUndefined();
});

it('gives nothing when any byte is damaged, missing or too many', () => {
  cacheOf().keep(code);
  const whole = readFileSync(file());
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    writeFileSync(file(), damaged);
    expect(cacheOf().read()).toBeUndefined();
    writeFileSync(file(), whole.subarray(0, at));
    expect(cacheOf().read()).toBeUndefined();
  }
  writeFileSync(file(), Buffer.concat([whole, Buffer.from('x')]));
  expect(cacheOf().read()).toBeUndefined();
  writeFileSync(file(), whole);
  expect(cacheOf().read()).toEqual(code);
});

it('gives nothing that somebody else could have written', () => {
  cacheOf().keep(code);
  expect(cacheOf({ getuid: () => process.getuid!() + 1 }).read()).toBeUndefined();
  chmodSync(file(), 0o666);
  expect(cacheOf().read()).toBeUndefined();
});

it.skipIf(process.platform === 'win32')('does not write through a link that somebody has put in its way', () => {
  const [cache, precious] = [join(directory, 'cache'), join(directory, 'precious')];
  mkdirSync(cache);
  writeFileSync(precious, 'as it was');
  symlinkSync(precious, join(cache, 'code-abc-v20.19.0-x64.7.tmp'));
  cacheOf().keep(code);
  expect(readFileSync(precious, 'utf8')).toBe('as it was');
  cacheOf().keep(code);
  expect(cacheOf().read()).toEqual(code);
});

it('does without where nothing can be written', () => {
  writeFileSync(join(directory, 'cache'), 'a file in the way');
  cacheOf().keep(code);
  expect(cacheOf().read()).toBeUndefined();
});
