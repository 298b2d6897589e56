import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isRecord, parseJson } from '../json.ts';
import { packageNames } from './library-name.ts';
import { lockedVersion, type Locked } from './lockfiles/locked.ts';
import { demandsInPyproject, plainRange, rangesInPackageJson } from './lockfiles/manifests.ts';
import { versionsInNpmLock } from './lockfiles/npm-lock.ts';
import { versionsInPnpmLock } from './lockfiles/pnpm-lock.ts';
import { pythonName, versionsInPythonLock } from './lockfiles/python-lock.ts';
import { versionsInRequirements } from './lockfiles/requirements.ts';
import { versionsInYarnLock } from './lockfiles/yarn-lock.ts';

/** The version of a library that the code at hand works with. */
export interface PinnedVersion {
  /** Exact, or a range where no lockfile says more. */
  version: string;
  /** The file that says so. */
  from: string;
  /** Where another file says otherwise, and what is not sure. */
  note?: string | undefined;
}

export interface Pinned {
  pinned: PinnedVersion | undefined;
  /** What could not be read, and why. */
  problems: string[];
}

export interface Workspace {
  /** Looks from a directory upwards, until the root of its repository. */
  versionOf(library: string, directory: string): Promise<Pinned>;
}

/** The largest lockfiles known have some 10 MB. */
const mostBytes = 32 * 2 ** 20;
const mostLevels = 32;
/** `-r` in a file that was included, and so on. */
const mostIncludes = 20;
/** Lockfiles that are remembered until they change. */
const mostRemembered = 16;

const nodeLocks: readonly { file: string; read: (text: string) => Locked }[] = [
  { file: 'pnpm-lock.yaml', read: versionsInPnpmLock },
  { file: 'package-lock.json', read: versionsInNpmLock },
  { file: 'npm-shrinkwrap.json', read: versionsInNpmLock },
  { file: 'yarn.lock', read: versionsInYarnLock },
];
const pythonLocks = ['uv.lock', 'poetry.lock'];

export function workspace(): Workspace {
  const remembered = new Map<string, { seen: string; value: unknown }>();

  /** What a file says; nothing for one that is not there, and a problem for one that cannot be read. */
  async function read<T>(path: string, parse: (text: string) => T, problems: string[]): Promise<T | undefined> {
    const about = await stat(path).catch(() => undefined);
    if (!about?.isFile()) return undefined;
    if (about.size > mostBytes) {
      problems.push(`${path} was not read: it is larger than ${mostBytes / 2 ** 20} MB`);
      return undefined;
    }
    const seen = `${about.mtimeMs} ${about.size}`;
    const known = remembered.get(path);
    if (known?.seen === seen) return asParsed<T>(known.value);
    try {
      const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
      const value = parse(text);
      if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value!);
      remembered.set(path, { seen, value });
      return value;
    } catch (error) {
      problems.push(`${path} cannot be read: ${firstLineOf(error)}`);
      return undefined;
    }
  }

  async function ofNode(library: string, places: string[], problems: string[]): Promise<PinnedVersion | undefined> {
    const manifests = await firstIn(places, (place) =>
      read(join(place, 'package.json'), rangesInPackageJson, problems),
    );
    const lock = await firstIn(places, async (place) => {
      for (const { file, read: parse } of nodeLocks) {
        const locked = await read(join(place, file), parse, problems);
        if (locked) return { file, locked };
      }
      return undefined;
    });
    for (const name of packageNames(library)) {
      const range = manifests?.value.get(name);
      const importer = manifests && lock ? relative(lock.place, manifests.place).replaceAll('\\', '/') : '';
      const locked =
        lock &&
        lockedVersion(lock.value.locked, {
          name,
          importer: importer === '' || importer.startsWith('..') ? '.' : importer,
          range: range?.replace(/^npm:/, ''),
        });
      const installed = await firstIn(places, (place) => installedIn(place, name));
      if (installed && installed.value !== locked?.version) {
        const note =
          locked && lock && `${lock.value.file} has ${locked.version}: what is installed is not what is locked`;
        return { version: installed.value, from: `node_modules/${name}/package.json`, note };
      }
      if (locked && lock) {
        const note = locked.others > 0 ? `${lock.value.file} has ${locked.others} further versions of it` : undefined;
        return { version: locked.version, from: lock.value.file, note };
      }
      const plain = range === undefined ? undefined : plainRange(range);
      if (plain !== undefined) return { version: plain, from: 'package.json' };
    }
    return undefined;
  }

  async function ofPython(library: string, places: string[], problems: string[]): Promise<PinnedVersion | undefined> {
    const name = pythonName(library);
    let demanded: PinnedVersion | undefined;
    for (const place of places) {
      for (const file of pythonLocks) {
        const lock = await read(join(place, file), versionsInPythonLock, problems);
        const importer = relative(place, places[0]!).replaceAll('\\', '/') || '.';
        const locked = lock && lockedVersion(lock, { name, importer });
        if (locked) return { version: locked.version, from: file };
      }
      const required = await requiredIn(join(place, 'requirements.txt'), name, problems);
      if (required && /^\d/.test(required.version) && !required.version.includes(' ')) return required;
      demanded ??= required;
      const demands = await read(join(place, 'pyproject.toml'), demandsInPyproject, problems);
      const { pin, range } = demands?.find((demand) => demand.name === name) ?? {};
      const version = pin ?? range;
      if (version !== undefined) demanded ??= { version, from: 'pyproject.toml' };
    }
    return demanded;
  }

  /** In a file of requirements and in those that it includes. */
  async function requiredIn(start: string, name: string, problems: string[]): Promise<PinnedVersion | undefined> {
    const files = [start];
    let range: PinnedVersion | undefined;
    for (let at = 0; at < Math.min(files.length, mostIncludes); at++) {
      const path = files[at]!;
      const found = await read(path, versionsInRequirements, problems);
      if (!found) continue;
      const from = basename(path);
      const pin = found.pins.get(name);
      if (pin !== undefined) return { version: pin, from };
      const demanded = found.ranges.get(name);
      if (demanded !== undefined) range ??= { version: demanded, from };
      const further = found.includes
        .filter((file) => !file.includes('://'))
        .map((file) => resolve(dirname(path), file));
      files.push(...further.filter((file) => !files.includes(file)));
    }
    return range;
  }

  return {
    async versionOf(library, directory) {
      const problems: string[] = [];
      const places = await placesAbove(directory);
      const pinned = (await ofNode(library, places, problems)) ?? (await ofPython(library, places, problems));
      return { pinned, problems: [...new Set(problems)] };
    },
  };
}

/** The version that is really there. */
async function installedIn(place: string, name: string): Promise<string | undefined> {
  // What somebody calls a library must not lead elsewhere.
  if (!/^(?:@[\w.-]+\/)?[\w][\w.-]*$/.test(name)) return undefined;
  const text = await readFile(join(place, 'node_modules', name, 'package.json'), 'utf8').catch(() => '');
  const manifest = parseJson(text);
  const version = isRecord(manifest) ? manifest['version'] : undefined;
  return typeof version === 'string' && /^\d/.test(version) ? version : undefined;
}

async function firstIn<T>(places: readonly string[], look: (place: string) => Promise<T | undefined>) {
  for (const place of places) {
    const value = await look(place);
    if (value !== undefined) return { place, value };
  }
  return undefined;
}

async function placesAbove(directory: string): Promise<string[]> {
  const places = [resolve(directory)];
  while (places.length < mostLevels) {
    const last = places.at(-1)!;
    const isRepository = await stat(join(last, '.git')).then(
      () => true,
      () => false,
    );
    if (isRepository || dirname(last) === last) break;
    places.push(dirname(last));
  }
  return places;
}

const firstLineOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** The same path is always read by the same parser. */
const asParsed = <T>(value: unknown) => value as T;
