import { isRecord } from '../../json.ts';
import { lockedUnderWay, type Locked } from './locked.ts';

/** package-lock.json and npm-shrinkwrap.json, versions 1 to 3. Throws for what is none. */
export function versionsInNpmLock(text: string): Locked {
  const lock: unknown = JSON.parse(text);
  if (!isRecord(lock)) throw new Error('it is no object');
  if (isRecord(lock['packages'])) return ofPackages(lock['packages']);
  if (isRecord(lock['dependencies'])) return ofTree(lock['dependencies']);
  throw new Error('it has neither packages nor dependencies');
}

/** Of packages inside packages; what is deeper was made to be. */
const mostLevels = 100;
const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** From version 2 on: every package by the folder it is installed in. */
function ofPackages(packages: Record<string, unknown>): Locked {
  const { locked, add, addDirect } = lockedUnderWay();
  const at = (folder: string) => (isRecord(packages[folder]) ? packages[folder] : undefined);
  const versionAt = (folder: string) => {
    const entry = at(folder);
    const target = entry?.['link'] === true ? entry['resolved'] : undefined;
    const version = (typeof target === 'string' ? at(target) : entry)?.['version'];
    return typeof version === 'string' ? version : undefined;
  };

  for (const folder of Object.keys(packages)) {
    const name = folder.split('node_modules/').at(-1)!;
    const version = versionAt(folder);
    if (folder.includes('node_modules/')) {
      if (version !== undefined) add(name, version);
      continue;
    }
    const asked = kinds.flatMap((kind) => Object.keys(recordOf(at(folder)?.[kind])));
    for (const one of asked) {
      const found = placesAbove(folder).map((place) => versionAt(`${place}node_modules/${one}`));
      const own = found.find((candidate) => candidate !== undefined);
      if (own !== undefined) addDirect(folder === '' ? '.' : folder, one, own);
    }
  }
  return locked;
}

/** `packages/a/`, `packages/`, and the root. */
function placesAbove(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return [...parts.keys(), parts.length]
    .map((length) => parts.slice(0, length).join('/'))
    .map((place) => (place === '' ? '' : `${place}/`))
    .toReversed();
}

/** Version 1 does not say who asks; what is at the top is what the project itself gets, what is below a folder is that folder's. */
function ofTree(top: Record<string, unknown>): Locked {
  const { locked, add, addDirect } = lockedUnderWay();
  const visit = (tree: Record<string, unknown>, depth: number) => {
    for (const [name, entry] of Object.entries(tree)) {
      if (!isRecord(entry)) continue;
      const { version, dependencies } = entry;
      if (typeof version === 'string' && /^\d/.test(version)) {
        add(name, version);
        if (depth === 0) addDirect('.', name, version);
      }
      if (!isRecord(dependencies) || depth >= mostLevels) continue;
      const folder = typeof version === 'string' ? /^file:(.+)$/.exec(version)?.[1] : undefined;
      for (const [own, below] of folder === undefined ? [] : Object.entries(dependencies))
        if (isRecord(below) && typeof below['version'] === 'string') addDirect(folder!, own, below['version']);
      visit(dependencies, depth + 1);
    }
  };
  visit(top, 0);
  return locked;
}

const recordOf = (value: unknown) => (isRecord(value) ? value : {});
