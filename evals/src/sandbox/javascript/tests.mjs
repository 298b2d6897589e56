/**
 * Tests as the body of an async function: they may await, they may `require` what `require` gives them, and `assert` is
 * node:assert/strict. Setup comes before them in the same scope. Names of `bindings` are in scope and may be shadowed.
 *
 * @param {{ setup: string, tests: string }} job
 * @param {Record<string, unknown>} bindings
 * @returns {() => Promise<unknown>}
 */
export function testsOf({ setup, tests }, bindings) {
  const names = Object.keys(bindings);
  // oxlint-disable-next-line no-implied-eval -- to run a text is what this is for.
  const run = new Function(...names, `return (async () => {\n${setup}\n${tests}\n})();`);
  return async () => run(...names.map((name) => bindings[name]));
}

/** In the words of the error, for people; a stack would only show the harness. */
export function told(error) {
  if (!(error instanceof Error))
    return `threw ${typeof error === 'string' ? JSON.stringify(error) : String(error)}`.slice(0, 4000);
  return `${error.name}: ${error.message}`.slice(0, 4000);
}
