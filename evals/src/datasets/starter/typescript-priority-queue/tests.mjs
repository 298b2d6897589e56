import assert from 'node:assert/strict';
import { PriorityQueue } from './reference.ts';

const empty = new PriorityQueue();
assert.equal(empty.size, 0);
assert.equal(empty.pop(), undefined);
assert.equal(empty.peek(), undefined);
assert.deepEqual(empty.drain(), []);

const queue = new PriorityQueue();
queue.push('low', 1);
queue.push('high', 9);
queue.push('middle', 5);
assert.equal(queue.size, 3);
assert.equal(queue.peek(), 'high');
assert.equal(queue.size, 3);
assert.equal(queue.pop(), 'high');
assert.equal(queue.size, 2);
queue.push('urgent', 100);
assert.deepEqual(queue.drain(), ['urgent', 'middle', 'low']);
assert.equal(queue.size, 0);
queue.push('again', 0);
assert.equal(queue.pop(), 'again');

const fair = new PriorityQueue();
for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) fair.push(name, 1);
assert.equal(fair.pop(), 'a');
fair.push('h', 1);
fair.push('first', 2);
assert.deepEqual(fair.drain(), ['first', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);

const odd = new PriorityQueue();
odd.push(undefined, 1);
odd.push(null, 3);
odd.push(0, 2);
odd.push(0, 2);
odd.push('-', -Infinity);
odd.push('+', Infinity);
odd.push('zero', 0);
odd.push('minus zero', -0);
assert.deepEqual(odd.drain(), ['+', null, 0, 0, undefined, 'zero', 'minus zero', '-']);

const guarded = new PriorityQueue();
guarded.push('x', 1);
assert.throws(() => guarded.push('y', NaN), RangeError);
assert.equal(guarded.size, 1);

const one = new PriorityQueue();
const other = new PriorityQueue();
one.push('mine', 1);
assert.equal(other.size, 0);

const numbers = new PriorityQueue();
let state = 12345;
const pushed = [];
for (let turn = 0; turn < 80; turn += 1) {
  state = (state * 1103515245 + 12345) % 2147483648;
  pushed.push([turn, state % 12]);
  numbers.push(turn, state % 12);
}
const expected = pushed.sort(([a, p], [b, q]) => q - p || a - b).map(([turn]) => turn);
assert.deepEqual(numbers.drain(), expected);
