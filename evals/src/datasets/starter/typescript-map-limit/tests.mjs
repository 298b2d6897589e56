import assert from 'node:assert/strict';
import { mapLimit } from './reference.ts';

/** Work that ends when the test says so. */
function gates() {
  const open = new Map();
  const started = [];
  const work = (item, index) => {
    started.push([item, index]);
    return new Promise((resolve, reject) => open.set(item, { resolve, reject }));
  };
  const settle = async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    work,
    started: () => started.map(([item]) => item).join(''),
    indexes: () => started.map(([, index]) => index),
    async finish(item, value) {
      open.get(item).resolve(value);
      await settle();
    },
    async fail(item, error) {
      open.get(item).reject(error);
      await settle();
    },
    settle,
  };
}

assert.deepEqual(await mapLimit([], 3, async () => 1), []);
assert.deepEqual(await mapLimit([1, 2, 3], 2, async (n) => n * 10), [10, 20, 30]);
assert.deepEqual(await mapLimit([1, 2], 99, async (n, index) => [n, index]), [
  [1, 0],
  [2, 1],
]);

const order = gates();
const all = mapLimit(['a', 'b', 'c', 'd'], 2, order.work);
await order.settle();
assert.equal(order.started(), 'ab');
await order.finish('b', 'B');
assert.equal(order.started(), 'abc');
await order.finish('c', 'C');
assert.equal(order.started(), 'abcd');
await order.finish('d', undefined);
await order.finish('a', 'A');
assert.deepEqual(await all, ['A', 'B', 'C', undefined]);
assert.deepEqual(order.indexes(), [0, 1, 2, 3]);

const failing = gates();
const rejected = mapLimit(['a', 'b', 'c', 'd'], 2, failing.work).then(
  () => 'fulfilled',
  (error) => error.message,
);
await failing.settle();
await failing.fail('b', new Error('b broke'));
assert.equal(await rejected, 'b broke');
assert.equal(failing.started(), 'ab');
await failing.finish('a', 'A');
assert.equal(failing.started(), 'ab');

const thrown = await mapLimit([1, 2, 3], 1, (n) => {
  if (n === 2) throw new Error(`no ${n}`);
  return Promise.resolve(n);
}).catch((error) => error.message);
assert.equal(thrown, 'no 2');

for (const limit of [0, -1]) {
  for (const items of [[], [1]]) {
    const error = await mapLimit(items, limit, async () => 1).catch((reason) => reason);
    assert.equal(error.name, 'RangeError');
  }
}
