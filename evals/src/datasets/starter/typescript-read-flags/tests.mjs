import assert from 'node:assert/strict';
import { readFlags } from './reference.ts';

const spec = { json: 'flag', out: 'text', tag: 'list' };
const read = (...args) => readFlags(args, spec);
const refused = (argument, ...args) =>
  assert.throws(
    () => read(...args),
    (error) => error.message.includes(argument),
  );

assert.deepEqual(read(), { values: {}, rest: [] });
assert.deepEqual(read('a', 'b'), { values: {}, rest: ['a', 'b'] });
assert.deepEqual(read('--json', 'a'), { values: { json: true }, rest: ['a'] });
assert.deepEqual(read('--out', 'dir', 'a'), { values: { out: 'dir' }, rest: ['a'] });
assert.deepEqual(read('--out=dir'), { values: { out: 'dir' }, rest: [] });
assert.deepEqual(read('--out='), { values: { out: '' }, rest: [] });
assert.deepEqual(read('--out', ''), { values: { out: '' }, rest: [] });
assert.deepEqual(read('--out=a=b=c'), { values: { out: 'a=b=c' }, rest: [] });
assert.deepEqual(read('--out=two\nlines'), { values: { out: 'two\nlines' }, rest: [] });
assert.deepEqual(read('--out', 'a', '--out=b'), { values: { out: 'b' }, rest: [] });
assert.deepEqual(read('--tag', 'a', '--tag=b', '--tag', 'c'), { values: { tag: ['a', 'b', 'c'] }, rest: [] });
assert.deepEqual(read('--tag', 'a'), { values: { tag: ['a'] }, rest: [] });
assert.deepEqual(read('--out', '--json'), { values: { out: '--json' }, rest: [] });
assert.deepEqual(read('--out', '--', 'x'), { values: { out: '--' }, rest: ['x'] });
assert.deepEqual(read('-', 'x'), { values: {}, rest: ['-', 'x'] });
assert.deepEqual(read('a', '--', '--json', '--', '-x'), { values: {}, rest: ['a', '--json', '--', '-x'] });
assert.deepEqual(read('--json', '--json'), { values: { json: true }, rest: [] });
assert.deepEqual(readFlags(['--a-b'], { 'a-b': 'flag' }), { values: { 'a-b': true }, rest: [] });
refused('--nope', '--nope');
refused('--nope=1', '--nope=1');
refused('-x', '-x');
refused('-json', '-json');
refused('--json=1', '--json=1');
refused('--json=', '--json=');
refused('--out', '--out');
refused('--tag', '--json', '--tag');
refused('--toString', '--toString');
refused('--__proto__=x', '--__proto__=x');
refused('--=x', '--=x');
refused('--constructor', '--constructor', 'x');
