import assert from 'node:assert/strict';
import { mergePatch } from './reference.ts';

/** By text: the order of members counts. */
function check(target, patch, expected) {
  const before = [JSON.stringify(target), JSON.stringify(patch)];
  assert.equal(JSON.stringify(mergePatch(target, patch)), JSON.stringify(expected));
  assert.deepEqual([JSON.stringify(target), JSON.stringify(patch)], before);
}

check({ a: 'b' }, { a: 'c' }, { a: 'c' });
check({ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' });
check({ a: 'b' }, { a: null }, {});
check({ a: 'b', b: 'c' }, { a: null }, { b: 'c' });
check({ a: 'b' }, {}, { a: 'b' });
check({ a: ['b'] }, { a: 'c' }, { a: 'c' });
check({ a: 'c' }, { a: ['b'] }, { a: ['b'] });
check({ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } });
check({ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] });
check(['a', 'b'], ['c'], ['c']);
check({ a: 'b' }, ['c'], ['c']);
check({ a: 'x' }, null, null);
check({ a: 'x' }, 'y', 'y');
check({ e: null }, { a: 1 }, { e: null, a: 1 });
check([1, 2], { a: 'b', c: null }, { a: 'b' });
check({}, { a: { bb: { ccc: null } } }, { a: { bb: {} } });
check({ a: 1 }, { a: { b: null, c: 2 } }, { a: { c: 2 } });
check({}, { a: [null, { b: null }] }, { a: [null, { b: null }] });
check({ a: null }, { a: { b: 1 } }, { a: { b: 1 } });
check({ a: 0 }, { a: false }, { a: false });
check({ z: 1, y: 2 }, { x: 3, z: 4 }, { z: 4, y: 2, x: 3 });
check('text', { a: 1 }, { a: 1 });
check(null, {}, {});

const poisoned = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}, "a": 1}'));
assert.equal(JSON.stringify(poisoned), '{"__proto__":{"polluted":true},"a":1}');
assert.equal({}.polluted, undefined);
