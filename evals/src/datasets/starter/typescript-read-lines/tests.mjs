import assert from 'node:assert/strict';
import { readLines } from './reference.ts';

async function* from(...chunks) {
  yield* chunks;
}

async function all(...chunks) {
  const lines = [];
  for await (const line of readLines(from(...chunks))) lines.push(line);
  return lines;
}

assert.deepEqual(await all(), []);
assert.deepEqual(await all(''), []);
assert.deepEqual(await all('one'), ['one']);
assert.deepEqual(await all('one\n'), ['one']);
assert.deepEqual(await all('one\ntwo'), ['one', 'two']);
assert.deepEqual(await all('one\r\ntwo\r\n'), ['one', 'two']);
assert.deepEqual(await all('one\rtwo\r'), ['one', 'two']);
assert.deepEqual(await all('\n'), ['']);
assert.deepEqual(await all('\n\n'), ['', '']);
assert.deepEqual(await all('\r\n\r\n'), ['', '']);
assert.deepEqual(await all('a\n\r\nb\r\r\nc'), ['a', '', 'b', '', 'c']);
assert.deepEqual(await all('o', 'n', 'e\nt', 'wo'), ['one', 'two']);
assert.deepEqual(await all('one\r', '\ntwo'), ['one', 'two']);
assert.deepEqual(await all('one\r', '', '\ntwo'), ['one', 'two']);
assert.deepEqual(await all('one\r', 'two'), ['one', 'two']);
assert.deepEqual(await all('one\r', '\n'), ['one']);
assert.deepEqual(await all('one\r', '\n', '\n'), ['one', '']);
assert.deepEqual(await all('one\n', '\ntwo'), ['one', '', 'two']);
assert.deepEqual(await all('\r', '\r', '\n'), ['', '']);
assert.deepEqual(await all('a\u2028b\x0bc\x85d\n'), ['a\u2028b\x0bc\x85d']);

const asked = [];
let told = false;
async function* watched() {
  try {
    for (const chunk of ['one\ntwo\nth', 'ree\nfour', '\n']) {
      asked.push(chunk);
      yield chunk;
    }
  } finally {
    told = true;
  }
}
const reader = readLines(watched());
assert.deepEqual(await reader.next(), { value: 'one', done: false });
assert.deepEqual(await reader.next(), { value: 'two', done: false });
assert.equal(asked.length, 1);
assert.deepEqual(await reader.next(), { value: 'three', done: false });
assert.equal(asked.length, 2);
assert.equal(told, false);
await reader.return();
assert.equal(told, true);

async function* early() {
  yield 'one\r';
  throw new Error('asked for more');
}
assert.deepEqual(await readLines(early()).next(), { value: 'one', done: false });

async function* broken() {
  yield 'one\ntw';
  throw new Error('the line broke');
}
const seen = [];
const failure = await (async () => {
  for await (const line of readLines(broken())) seen.push(line);
})().catch((error) => error.message);
assert.deepEqual([seen, failure], [['one'], 'the line broke']);

assert.equal((await all(...Array(40).fill('x'.repeat(50_000))))[0].length, 2_000_000);
