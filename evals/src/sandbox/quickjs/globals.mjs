import { decode, encode, knownOf } from '../javascript/wire.mjs';

/**
 * Runs inside QuickJS, which is the language alone: what programs take for granted beside it. Timers are kept here and run
 * by the host when it is their time, `now()` of the host.
 */
export function installGlobals(now) {
  const timers = new Map();
  const counted = { last: 0 };

  const start = (run, ms, args, everyMs) => {
    const id = ++counted.last;
    timers.set(id, { atMs: now() + Math.max(1, Number(ms) || 0), run: () => run(...args), everyMs });
    return id;
  };
  const globals = {
    setTimeout: (run, ms, ...args) => start(run, ms, args),
    setInterval: (run, ms, ...args) => start(run, ms, args, Math.max(1, Number(ms) || 0)),
    setImmediate: (run, ...args) => start(run, 0, args),
    clearTimeout: (id) => void timers.delete(id),
    clearInterval: (id) => void timers.delete(id),
    clearImmediate: (id) => void timers.delete(id),
    queueMicrotask: (run) => void Promise.resolve().then(run),
    structuredClone: (value) => cloned(value),
    performance: { now },
    console: Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, () => undefined])),
  };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });

  return {
    setTimeout: globals.setTimeout,
    clearTimeout: globals.clearTimeout,
    /** Until the next timer is due; undefined where there is none. */
    restMs: () =>
      timers.size === 0 ? undefined : Math.max(0, Math.min(...[...timers.values()].map(({ atMs }) => atMs)) - now()),
    runDue() {
      const due = [...timers].filter(([, { atMs }]) => atMs <= now()).toSorted((a, b) => a[1].atMs - b[1].atMs);
      for (const [id, timer] of due) {
        if (!timers.has(id)) continue;
        if (timer.everyMs === undefined) timers.delete(id);
        else timer.atMs = now() + timer.everyMs;
        timer.run();
        // Node runs what a timer has promised before the next timer.
        return;
      }
    },
  };
}

function cloned(value) {
  const none = { describe: () => undefined, revive: () => undefined, errorPrototype: () => undefined };
  const graph = encode(value, knownOf([], []), none);
  return decode(graph, [], none).root;
}
