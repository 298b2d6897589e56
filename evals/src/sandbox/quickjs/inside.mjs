import { serve } from '../javascript/candidate.mjs';
import { installGlobals } from './globals.mjs';

/** Runs inside QuickJS: takes what the host has lent and leaves none of it in reach of the program. */
const host = globalThis.whetstoneHost;
delete globalThis.whetstoneHost;
const { send, receive, now, lend } = host;
const timers = installGlobals(now);
const { setTimeout, clearTimeout } = timers;
const resting = { wake: undefined };

function require(name) {
  throw new Error(`there are no modules here, ${String(name)} neither: this is JavaScript without Node`);
}

lend('restMs', timers.restMs);
lend('runDue', timers.runDue);

void serve({
  send,
  receive,
  rest: (forMs, hasSettled) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, forMs);
      resting.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (hasSettled()) resting.wake();
    }),
  onSettled: () => resting.wake?.(),
  importText(text) {
    host.program(text);
    return import('whetstone:program');
  },
  require,
  beside() {
    throw new Error('QuickJS has no node:assert, so tests cannot run beside their candidate here');
  },
}).then(host.over, host.over);
