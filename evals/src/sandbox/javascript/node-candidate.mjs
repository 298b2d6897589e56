import { createRequire } from 'node:module';
import { serve } from './candidate.mjs';
import { readFrame, writeFrame } from './frames.mjs';
import { testsOf, told } from './tests.mjs';

/**
 * The candidate's process: one program, then its end. Questions come in on descriptor 3, answers go out on 4, and there is
 * nothing else here to be had. Whatever the program does in here, the walls are those of the jail around it.
 */
const require = createRequire('/candidate.js');
const { setTimeout, clearTimeout, Promise: OwnPromise } = globalThis;
const resting = { wake: undefined };

// Ready: said while nothing of the program is here yet.
writeFrame(4, Buffer.alloc(0));
await serve({
  send: (text) => writeFrame(4, Buffer.from(text)),
  receive: () => readFrame(3)?.toString(),
  rest: (forMs, hasSettled) =>
    new OwnPromise((resolve) => {
      const timer = setTimeout(resolve, forMs);
      resting.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (hasSettled()) resting.wake();
    }),
  onSettled: () => resting.wake?.(),
  importText: (text) => import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`),
  require,
  async beside(job, values) {
    try {
      const { default: strictAssert } = await import('node:assert/strict');
      await testsOf(job, { assert: strictAssert, require, ...values })();
      return { status: 'passed' };
    } catch (error) {
      return { status: 'failed', detail: told(error) };
    }
  },
});
process.exit(0);
