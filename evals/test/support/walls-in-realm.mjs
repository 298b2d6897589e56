/** Evaluated in the bare realm of an interpreter; answers what it reached. */
export function attempts() {
  const reached = [];
  const tries = {
    'a global of Node': () =>
      ['process', 'require', 'fetch', 'Buffer', 'setTimeout', 'WebSocket', 'URL', 'console', 'performance', 'global']
        .filter((name) => globalThis[name] !== undefined && name !== 'console')
        .join(),
    'code from a string': () => (() => {}).constructor('return typeof process')(),
    'code from a string, async': () => (async () => {}).constructor('return 1'),
    eval: () => Reflect.get(globalThis, 'eval')('1 + 1'),
    'the realm outside by an error': () => {
      try {
        Reflect.ownKeys(1);
      } catch (error) {
        return error.constructor.constructor('return process')();
      }
    },
    'the realm outside by what is called': () => attempts.caller,
    'the realm outside by import.meta': () =>
      Object.keys(import.meta)
        .filter((name) => name !== 'url')
        .join(),
    'the realm outside by a frame': () => {
      Error.prepareStackTrace = (_error, frames) => frames;
      const found = new Error('look').stack
        .map((frame) => frame.getThis?.() ?? frame.getFunction?.())
        .find((one) => one?.process);
      delete Error.prepareStackTrace;
      return found;
    },
  };
  for (const [name, attempt] of Object.entries(tries))
    try {
      const result = attempt();
      if (result) reached.push(`${name}: ${String(result)}`);
    } catch {
      // Refused.
    }
  return reached;
}
