import assert from 'node:assert/strict';
import { parseQuery } from './reference.ts';

assert.deepEqual(parseQuery(''), []);
assert.deepEqual(parseQuery('?'), []);
assert.deepEqual(parseQuery('a=1&b=2'), [
  ['a', ['1']],
  ['b', ['2']],
]);
assert.deepEqual(parseQuery('?a=1'), [['a', ['1']]]);
assert.deepEqual(parseQuery('??a=1'), [['?a', ['1']]]);
assert.deepEqual(parseQuery('a=1&b=2&a=3'), [
  ['a', ['1', '3']],
  ['b', ['2']],
]);
assert.deepEqual(parseQuery('flag'), [['flag', ['']]]);
assert.deepEqual(parseQuery('flag=&flag'), [['flag', ['', '']]]);
assert.deepEqual(parseQuery('a=b=c=='), [['a', ['b=c==']]]);
assert.deepEqual(parseQuery('=x'), [['', ['x']]]);
assert.deepEqual(parseQuery('='), [['', ['']]]);
assert.deepEqual(parseQuery('&&a=1&&'), [['a', ['1']]]);
assert.deepEqual(parseQuery('q=two+words&two+words=q'), [
  ['q', ['two words']],
  ['two words', ['q']],
]);
assert.deepEqual(parseQuery('q=%C3%A9%20%2B%26%3D'), [['q', ['é +&=']]]);
assert.deepEqual(parseQuery('%61=1&a=2'), [['a', ['1', '2']]]);
assert.deepEqual(parseQuery('q=100%&r=%zz+x&s=%C3'), [
  ['q', ['100%']],
  ['r', ['%zz x']],
  ['s', ['%C3']],
]);
assert.deepEqual(parseQuery('q=%41%&r=%41'), [
  ['q', ['%41%']],
  ['r', ['A']],
]);
assert.deepEqual(parseQuery('a%3Db=1'), [['a=b', ['1']]]);
assert.deepEqual(parseQuery('__proto__=1&constructor=2&__proto__=3'), [
  ['__proto__', ['1', '3']],
  ['constructor', ['2']],
]);
assert.deepEqual(parseQuery('10=a&2=b&x=c'), [
  ['10', ['a']],
  ['2', ['b']],
  ['x', ['c']],
]);
