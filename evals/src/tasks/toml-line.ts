/**
 * Where a member of a TOML document stands: its own line, else that of the table it is missing from. Knows `[a.b]` headers
 * and bare or quoted keys, which is how tasks are written; undefined where nothing fits.
 */
export function lineOf(source: string, path: readonly PropertyKey[]): number | undefined {
  const wanted = path.filter((part) => typeof part === 'string');
  let table: readonly string[] = [];
  let best: { line: number; depth: number } | undefined;
  for (const [index, line] of source.split('\n').entries()) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?/.exec(line)?.[1];
    const key = /^\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=/.exec(line)?.[1];
    if (header !== undefined) table = keysOf(header);
    if (header === undefined && key === undefined) continue;
    const here = key === undefined ? table : [...table, ...keysOf(key)];
    const fits = here.length <= wanted.length && here.every((part, at) => part === wanted[at]);
    if (fits && here.length > (best?.depth ?? 0)) best = { line: index + 1, depth: here.length };
  }
  return best?.line;
}

const keysOf = (dotted: string) =>
  [...dotted.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
