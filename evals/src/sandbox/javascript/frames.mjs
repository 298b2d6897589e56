import { readSync, writeSync } from 'node:fs';

/** More than any honest answer of a problem, and little enough to be read whole. */
export const longestFrame = 32 * 2 ** 20;

/** Frames, length first, over an inherited descriptor, without an event loop: a call has to wait for its answer. */
export function writeFrame(descriptor, payload) {
  const frame = Buffer.allocUnsafe(4 + payload.length);
  frame.writeUInt32BE(payload.length);
  payload.copy(frame, 4);
  for (let at = 0; at < frame.length;) at += patiently(() => writeSync(descriptor, frame, at));
}

/** Undefined when the other end is closed. */
export function readFrame(descriptor) {
  const header = readExactly(descriptor, 4);
  const length = header?.readUInt32BE();
  if (length === undefined || length > longestFrame) return undefined;
  return readExactly(descriptor, length);
}

function readExactly(descriptor, length) {
  const buffer = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const read = patiently(() => readSync(descriptor, buffer, at, length - at, null));
    if (read === 0) return undefined;
    at += read;
  }
  return buffer;
}

/** Descriptors that a parent's Node made do block; one that does not costs a nap now and then. */
function patiently(step) {
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (error.code === 'EOF') return 0;
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}
const nap = new Int32Array(new SharedArrayBuffer(4));
