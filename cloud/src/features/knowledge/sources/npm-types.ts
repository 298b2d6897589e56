import { posix } from 'node:path';
import type { PackageJson } from './npm-manifest.ts';

type Paths = ReadonlyMap<string, unknown>;

/** What asks for types as modules do, in the order in which they win. */
const conditions = new Set(['types', 'import', 'node', 'module', 'default']);

/**
 * The `.d.ts` that people who use a package can come upon: what its entries lead to, and what those refer to. Of twins for the
 * two kinds of modules there is one. `declared` says to which files each `.d.ts` refers, as it spells them.
 */
export function reachableDeclarations(
  manifest: PackageJson,
  declared: ReadonlyMap<string, readonly string[]>,
): string[] {
  const reached = new Set<string>();
  const waiting = entriesOf(manifest, declared);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const reference of declared.get(path) ?? []) {
      const to = posix.join(posix.dirname(path), reference);
      const found = declarationFor(to, declared);
      if (found !== undefined) waiting.push(found);
    }
  }
  return [...reached].toSorted();
}

function entriesOf(manifest: PackageJson, declared: Paths): string[] {
  const exported = [...exportedPaths(manifest.exports)].flatMap((path) => matching(path, declared));
  const named = [manifest.types, manifest.typings, manifest.main, manifest.module].filter((path) => path !== undefined);
  const usual = ['index', 'dist/index', 'lib/index'];
  // Packages of plugins or of types export nothing, and are imported by their files.
  return (
    [exported, named, usual]
      .map((paths) => paths.flatMap((path) => declarationFor(posix.normalize(path), declared) ?? []))
      .find((found) => found.length > 0) ?? []
  );
}

/** What each subpath leads to, as `import` resolves it. */
function* exportedPaths(exported: unknown, depth = 0): Generator<string> {
  if (typeof exported === 'string') yield exported;
  if (typeof exported !== 'object' || exported === null || depth > 20) return;
  if (Array.isArray(exported)) return yield* exportedPaths(exported[0], depth + 1);
  const branches = Object.entries(exported);
  const isSubpaths = branches.some(([key]) => key.startsWith('.'));
  if (!isSubpaths) return yield* exportedPaths(branches.find(([key]) => isTaken(key))?.[1], depth + 1);
  for (const [key, to] of branches) if (!key.endsWith('.json')) yield* exportedPaths(to, depth + 1);
}

const isTaken = (condition: string) => conditions.has(condition) || condition.startsWith('types@');

/** `./features/*.js` stands for every file that fits. */
function matching(path: string, declared: Paths): string[] {
  const star = path.indexOf('*');
  if (star === -1) return [path];
  const [before, after] = [posix.normalize(path.slice(0, star)), path.slice(path.lastIndexOf('*') + 1)];
  const isFit = (one: string) => one.startsWith(before === './' ? '' : before) && one.endsWith(declarationEnd(after));
  return [...declared.keys()].filter(isFit);
}

const declarationEnd = (end: string) => end.replace(/(?<!\.d)\.([mc]?)[jt]sx?$/, '.d.$1ts');

/** The `.d.ts` that stands for a module as it is spelled; of twins the one for `import`. */
function declarationFor(path: string, declared: Paths): string | undefined {
  const stem = path.replace(/^\.\//, '').replace(/(?:\.d)?\.[mc]?[jt]sx?$/, '');
  const candidates = [stem, path.replace(/^\.\//, ''), posix.join(stem, 'index')];
  return candidates
    .flatMap((one) => ['.d.ts', '.d.mts', '.d.cts'].map((end) => one + end))
    .find((one) => declared.has(one));
}
