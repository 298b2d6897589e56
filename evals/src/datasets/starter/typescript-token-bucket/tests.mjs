import assert from 'node:assert/strict';
import { createBucket } from './reference.ts';

/** A bucket and a clock to move by hand. */
function bucketAt(capacity, perSecond, start = 1_000_000) {
  const clock = { ms: start };
  const bucket = createBucket({ capacity, perSecond, now: () => clock.ms });
  return { bucket, pass: (ms) => void (clock.ms += ms) };
}

{
  const { bucket, pass } = bucketAt(3, 1);
  assert.deepEqual([bucket.take(1), bucket.take(2), bucket.take(1)], [true, true, false]);
  assert.equal(bucket.waitMs(1), 1000);
  pass(999);
  assert.equal(bucket.take(1), false);
  assert.equal(bucket.waitMs(1), 1);
  pass(1);
  assert.equal(bucket.waitMs(1), 0);
  assert.equal(bucket.take(1), true);
  pass(60_000);
  assert.equal(bucket.take(4), false);
  assert.equal(bucket.take(3), true);
  assert.equal(bucket.take(1), false);
}
{
  const { bucket, pass } = bucketAt(10, 10);
  assert.equal(bucket.take(10), true);
  for (let step = 1; step < 100; step += 1) {
    pass(10);
    assert.equal(bucket.take(10), false);
  }
  pass(10);
  assert.equal(bucket.take(10), true);
}
{
  const { bucket, pass } = bucketAt(5, 2);
  assert.equal(bucket.take(6), false);
  assert.equal(bucket.take(5), true);
  assert.equal(bucket.waitMs(3), 1500);
  assert.equal(bucket.waitMs(5), 2500);
  assert.equal(bucket.waitMs(6), Infinity);
  pass(-10_000);
  assert.equal(bucket.take(1), false);
  pass(10_000);
  assert.equal(bucket.take(1), false);
  pass(500);
  assert.equal(bucket.take(1), true);
  assert.equal(bucket.take(1), false);
}
{
  const { bucket } = bucketAt(1, 3);
  assert.equal(bucket.take(1), true);
  assert.equal(bucket.waitMs(1), 334);
  for (const wrong of [0, -1, 0.5, NaN]) {
    assert.throws(() => bucket.take(wrong), RangeError);
    assert.throws(() => bucket.waitMs(wrong), RangeError);
  }
}
{
  const one = bucketAt(1, 1);
  const other = bucketAt(1, 1);
  assert.equal(one.bucket.take(1), true);
  assert.equal(other.bucket.take(1), true);
}
