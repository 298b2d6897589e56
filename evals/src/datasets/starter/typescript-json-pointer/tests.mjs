import assert from 'node:assert/strict';
import { pointTo } from './reference.ts';

const document = {
  list: ['zero', 'one', { deep: true }],
  '': { '': 'empty' },
  'a/b': 1,
  'm~n': 2,
  '~1': 3,
  'c%d': 4,
  nothing: null,
  no: false,
  text: 'abc',
  0: 'zero as a name',
};
const at = (pointer) => pointTo(document, pointer);
const missing = { found: false };

assert.deepEqual(at(''), { found: true, value: document });
assert.deepEqual(at('/list'), { found: true, value: document.list });
assert.deepEqual(at('/list/0'), { found: true, value: 'zero' });
assert.deepEqual(at('/list/2/deep'), { found: true, value: true });
assert.deepEqual(at('/'), { found: true, value: { '': 'empty' } });
assert.deepEqual(at('//'), { found: true, value: 'empty' });
assert.deepEqual(at('/a~1b'), { found: true, value: 1 });
assert.deepEqual(at('/m~0n'), { found: true, value: 2 });
assert.deepEqual(at('/~01'), { found: true, value: 3 });
assert.deepEqual(at('/c%d'), { found: true, value: 4 });
assert.deepEqual(at('/nothing'), { found: true, value: null });
assert.deepEqual(at('/no'), { found: true, value: false });
assert.deepEqual(at('/0'), { found: true, value: 'zero as a name' });
assert.deepEqual(pointTo([[1, 2]], '/0/1'), { found: true, value: 2 });
assert.deepEqual(pointTo('text', ''), { found: true, value: 'text' });
for (const pointer of [
  '/missing',
  '/list/3',
  '/list/-',
  '/list/01',
  '/list/1e0',
  '/list/-1',
  '/list/length',
  '/list/',
  '/list/ 1',
  '/text/0',
  '/text/length',
  '/nothing/x',
  '/no/valueOf',
  '/toString',
  '/__proto__',
  '/constructor',
  '/list/map',
  '/list/0/0',
  '///',
  '/list/1.0',
])
  assert.deepEqual(at(pointer), missing, pointer);
for (const wrong of ['list', ' /list', '#/list', '/~', '/a~2b', '/missing/~x', '/m~'])
  assert.throws(() => at(wrong), SyntaxError, wrong);
assert.deepEqual(pointTo(JSON.parse('{"__proto__": 5}'), '/__proto__'), { found: true, value: 5 });
