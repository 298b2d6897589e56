import assert from 'node:assert/strict';
import { relativeTime } from './reference.ts';

const now = Date.UTC(2026, 2, 1, 12);
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const ago = (ms) => relativeTime(now - ms, now);
const ahead = (ms) => relativeTime(now + ms, now);

assert.equal(ago(0), 'just now');
assert.equal(ago(44_999), 'just now');
assert.equal(ahead(44_999), 'just now');
assert.equal(ago(45_000), '1 minute ago');
assert.equal(ahead(45_000), 'in 1 minute');
assert.equal(ago(59_999), '1 minute ago');
assert.equal(ago(minute), '1 minute ago');
assert.equal(ago(2 * minute - 1), '1 minute ago');
assert.equal(ago(2 * minute), '2 minutes ago');
assert.equal(ago(hour - 1), '59 minutes ago');
assert.equal(ago(hour), '1 hour ago');
assert.equal(ahead(hour), 'in 1 hour');
assert.equal(ago(23 * hour + 59 * minute), '23 hours ago');
assert.equal(ago(day), '1 day ago');
assert.equal(ahead(6 * day + 23 * hour), 'in 6 days');
assert.equal(ago(30 * day - 1), '29 days ago');
assert.equal(ago(30 * day), '1 month ago');
assert.equal(ago(59 * day), '1 month ago');
assert.equal(ago(60 * day), '2 months ago');
assert.equal(ago(359 * day), '11 months ago');
assert.equal(ago(360 * day), '12 months ago');
assert.equal(ago(365 * day - 1), '12 months ago');
assert.equal(ago(365 * day), '1 year ago');
assert.equal(ahead(2 * 365 * day), 'in 2 years');
assert.equal(ago(100 * 365 * day), '100 years ago');
assert.equal(relativeTime(-minute, 0), '1 minute ago');
for (const wrong of [NaN, Infinity, -Infinity]) {
  assert.throws(() => relativeTime(wrong, now), RangeError);
  assert.throws(() => relativeTime(now, wrong), RangeError);
}
