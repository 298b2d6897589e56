import assert from 'node:assert/strict';
import { retry } from './reference.ts';

/** Runs until `failures` errors were thrown, and tells what happened. */
async function played(failures, options = {}) {
  const waits = [];
  const calls = [];
  let thrown = 0;
  const operation = async (attempt) => {
    calls.push(attempt);
    if (thrown < failures) {
      thrown += 1;
      throw new Error(`failure ${thrown}`);
    }
    return `done at ${attempt}`;
  };
  const sleep = async (ms) => {
    waits.push(ms);
  };
  const all = { attempts: 5, baseMs: 100, maxMs: 1000, sleep, ...options };
  try {
    return { value: await retry(operation, all), waits, calls };
  } catch (error) {
    return { error, waits, calls };
  }
}

assert.deepEqual(await played(0), { value: 'done at 1', waits: [], calls: [1] });
assert.deepEqual(await played(2), { value: 'done at 3', waits: [100, 200], calls: [1, 2, 3] });

const given = await played(9);
assert.equal(given.error.message, 'failure 5');
assert.deepEqual(given.waits, [100, 200, 400, 800]);
assert.deepEqual(given.calls, [1, 2, 3, 4, 5]);

assert.deepEqual((await played(9, { attempts: 6, maxMs: 300 })).waits, [100, 200, 300, 300, 300]);
assert.deepEqual((await played(9, { baseMs: 500, maxMs: 200 })).waits, [200, 200, 200, 200]);

const once = await played(9, { attempts: 1 });
assert.equal(once.error.message, 'failure 1');
assert.deepEqual(once.waits, []);

const picky = await played(9, { retryable: (error) => error.message !== 'failure 2' });
assert.equal(picky.error.message, 'failure 2');
assert.deepEqual(picky.waits, [100]);

for (const attempts of [0, -1]) {
  const none = await played(0, { attempts });
  assert.equal(none.error?.name, 'RangeError');
  assert.deepEqual(none.calls, []);
}

let direct = 0;
const value = await retry(
  () => {
    direct += 1;
    if (direct === 1) throw new Error('before any promise');
    return Promise.resolve(0);
  },
  { attempts: 2, baseMs: 1, maxMs: 1, sleep: async () => {} },
);
assert.equal(value, 0);
assert.equal(direct, 2);
