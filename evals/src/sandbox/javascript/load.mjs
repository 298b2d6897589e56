/**
 * What a program defines under the names that tests call: declared at its top level, exported, or given to
 * `module.exports`. A program is a script like those that Node requires, or else an ES module.
 *
 * @param {string} program
 * @param {readonly string[]} names
 * @param {{ importText(text: string): Promise<Record<string, unknown>>, require: unknown }} host
 */
export async function load(program, names, { importText, require }) {
  const module = { exports: {} };
  const table = `{${names
    .filter((name) => identifier.test(name))
    .map((name) => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}`)
    .join(', ')}}`;
  let script;
  try {
    // oxlint-disable-next-line no-implied-eval -- to run a text is what this is for.
    script = new Function('exports', 'require', 'module', `${program}\n;return ${table};`);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/\b(?:import|export|await)\b/.test(program)) throw error;
  }
  if (script) {
    const top = script.call(module.exports, module.exports, require, module) ?? {};
    const whole = module.exports;
    return found(names, [
      top,
      whole,
      whole?.default && { default: whole.default },
      typeof whole === 'function' && { default: whole },
    ]);
  }
  const key = Symbol.for('whetstone.top');
  const namespace = await importText(`${program}\n;globalThis[Symbol.for('whetstone.top')] = ${table};`);
  const top = globalThis[key] ?? {};
  delete globalThis[key];
  return found(names, [top, namespace]);
}

const identifier = /^[A-Za-z_$][\w$]*$/;

function found(names, places) {
  const values = {};
  for (const name of names) {
    const place = places.find((at) => at && at[name] !== undefined) ?? globalThis;
    const whole = places.find((at) => typeof at?.default === 'function')?.default;
    const value = place[name] ?? (whole && (names.length === 1 || whole.name === name) ? whole : undefined);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
