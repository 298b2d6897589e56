import assert from 'node:assert/strict';
import { shareCalls } from './reference.ts';

const seen = [];
const double = shareCalls(async (key) => {
  seen.push(key);
  return `${key}${key}`;
});
assert.deepEqual(await Promise.all([double('a'), double('a'), double('b')]), ['aa', 'aa', 'bb']);
assert.equal(await double('a'), 'aa');
assert.deepEqual(seen, ['a', 'b']);

let empty = 0;
const nothing = shareCalls(async () => {
  empty += 1;
  return undefined;
});
assert.equal(await nothing('x'), undefined);
assert.equal(await nothing('x'), undefined);
assert.equal(empty, 1);

let failures = 0;
const flaky = shareCalls(async (key) => {
  failures += 1;
  if (failures === 1) throw new Error(`cannot load ${key}`);
  return 'fine';
});
const both = await Promise.allSettled([flaky('k'), flaky('k')]);
assert.deepEqual(
  both.map(({ status, reason }) => [status, reason?.message]),
  [
    ['rejected', 'cannot load k'],
    ['rejected', 'cannot load k'],
  ],
);
assert.equal(failures, 1);
assert.equal(await flaky('k'), 'fine');
assert.equal(await flaky('k'), 'fine');
assert.equal(failures, 2);

let thrown = 0;
const throwing = shareCalls(() => {
  thrown += 1;
  if (thrown === 1) throw new Error('at once');
  return Promise.resolve(7);
});
const first = throwing('k');
assert.equal(await first.then(String, (error) => error.message), 'at once');
assert.equal(await throwing('k'), 7);

const odd = shareCalls(async (key) => key.length);
assert.equal(await odd('__proto__'), 9);
assert.equal(await odd('constructor'), 11);
assert.equal(await odd(''), 0);
assert.equal(await odd('toString'), 8);
