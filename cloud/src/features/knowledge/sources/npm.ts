import { WhetstoneError } from '@whetstone/shared/errors';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOfArchive } from './archive.ts';
import type { Asking } from './archive-fetch.ts';
import { filesOfFolder, stateOfFolder } from './directory-files.ts';
import { sha256 } from '../sha256.ts';
import { pageOfFile } from './file-page.ts';
import { textOf } from './file-text.ts';
import type { Files, SkippedFile } from './files.ts';
import { packageJsonOf, type PackageJson } from './npm-manifest.ts';
import { isAside, isDeclarations, isPackageProse } from './npm-prose.ts';
import { isExact, publishedVersion, tarballOf } from './npm-registry.ts';
import { reachableDeclarations } from './npm-types.ts';
import { packageUrls } from './npm-url.ts';
import type { OpenSource, Taken, Taking } from './source.ts';
import { onceLoaded, type Compiler } from './symbols.ts';
import { unchanged } from './unchanged.ts';

export interface NpmOptions {
  outbound: Asking['outbound'];
  registryUrl: string;
  /** Folders called `node_modules` of this server; what is installed there is not fetched. */
  modulesDirs: readonly string[];
  /** Absent where each look reads everything that is installed. */
  clock?: (() => number) | undefined;
}

/** Documentation that packages carry: their prose, and their types with what is said of them. */
export const npmSource =
  ({ outbound, registryUrl, modulesDirs, clock }: NpmOptions): OpenSource =>
  async (taking) => {
    const name = packageName(taking);
    const found =
      (await installed(name, { modulesDirs, clock, taking })) ??
      (await published(name, { outbound, registryUrl: registryUrl.replace(/\/+$/, ''), taking }));
    const { version, state } = found;
    const about = { version, title: name, provenance: 'official-package', state } as const;
    return (await unchanged(taking, about)) ?? { ...about, ...(await openPackage(await found.fetch(), taking)) };
  };

function packageName({ library, source }: Taking): string {
  if (source.kind !== 'npm') throw new Error(`${source.kind} is not npm`);
  const name = source.package ?? library;
  if (/^(?:@[a-z0-9~_-][\w.~-]*\/)?[a-z0-9~_-][\w.~-]*$/i.test(name)) return name;
  throw new WhetstoneError('invalid', `"${name}" is no name of an npm package; they look like fastify or @types/node`);
}

interface Package {
  name: string;
  version: string;
  files: Files;
}

/** One that is there, before anything of it is read. */
interface FoundPackage {
  version: string;
  state: string | undefined;
  fetch: () => Promise<Package>;
}

async function published(name: string, registry: Parameters<typeof publishedVersion>[1]): Promise<FoundPackage> {
  const found = await publishedVersion(name, registry);
  const { limits, signal } = registry.taking;
  const { version } = found;
  return {
    version,
    state: found.dist.integrity,
    async fetch() {
      const packed = await tarballOf(name, found, registry);
      return { name, version, files: filesOfArchive(packed, { limits, signal, name: `${name} ${version}` }) };
    },
  };
}

interface Installed extends Pick<NpmOptions, 'modulesDirs' | 'clock'> {
  taking: Taking;
}

/** What is installed, where that is the version asked for. What lies in a range, the registry knows. */
async function installed(name: string, { modulesDirs, clock, taking }: Installed): Promise<FoundPackage | undefined> {
  const { version, limits, signal } = taking;
  if (!isExact(version)) return undefined;
  for (const modules of modulesDirs) {
    const folder = await realpath(join(modules, name)).catch(() => undefined);
    const bytes = folder && (await readFile(join(folder, 'package.json')).catch(() => undefined));
    const found = bytes && packageJsonOf(bytes);
    if (!folder || !found || found.name !== name || found.version !== version) continue;
    const below = { folder, roots: [folder], pageBytes: limits.pageBytes, signal, name };
    const state = clock && (await stateOfFolder(isPartOfPackage, { ...below, clock }));
    return { version, state, fetch: async () => ({ name, version, files: filesOfFolder(below) }) };
  }
  return undefined;
}

async function openPackage({ name, version, files }: Package, taking: Taking) {
  const compiler = onceLoaded();
  const { manifest, planned, left, skipped } = await planPackage(`${name} ${version}`, files, {
    limits: taking.limits,
    compiler,
  });
  const options = { title: name, known: taking.known, urlOf: packageUrls({ ...manifest, name, version }), compiler };
  async function* pages(): AsyncGenerator<Taken> {
    for await (const file of files((path) => planned.has(path)))
      if (file.kind === 'file' || planned.has(file.path)) yield await pageOfFile(file, options);
    yield* skipped;
    for (const path of left)
      yield { kind: 'skipped', path, why: `more than ${taking.limits.pages} pages are not taken` };
  }
  return { expected: planned.size, pages: pages() };
}

interface Plan {
  manifest: PackageJson;
  /** Paths of pages. */
  planned: ReadonlySet<string>;
  /** What cannot be read. */
  skipped: readonly SkippedFile[];
  /** What would be too many. */
  left: readonly string[];
}

/** Which files become pages: to know that of types, all of them are looked at. */
async function planPackage(
  name: string,
  files: Files,
  { limits, compiler }: Pick<Taking, 'limits'> & { compiler: () => Compiler },
): Promise<Plan> {
  let manifest: PackageJson | undefined;
  const skipped: SkippedFile[] = [];
  const prose: string[] = [];
  const declared = new Map<string, string[]>();
  const hashes = new Map<string, string>();
  for await (const file of files(isPartOfPackage)) {
    if (file.kind === 'skipped') skipped.push(file);
    else if (file.path === 'package.json') manifest = packageJsonOf(file.bytes);
    else if (isPackageProse(file.path)) prose.push(file.path);
    else {
      declared.set(file.path, referencesOf(textOf(file), compiler()));
      hashes.set(file.path, sha256(file.bytes));
    }
  }
  if (!manifest)
    throw new WhetstoneError('unavailable', `${name} has no package.json that could be read; it is no package`);
  // Built for both kinds of modules, the same declarations lie in two folders.
  const seen = new Set<string | undefined>();
  const types = reachableDeclarations(manifest, declared).filter((path) => added(seen, hashes.get(path)));
  const all = [...prose, ...types];
  if (all.length === 0)
    throw new WhetstoneError(
      'not_found',
      `${name} has neither prose nor types in its package; name another source of it`,
    );
  return { manifest, planned: new Set(all.slice(0, limits.pages)), left: all.slice(limits.pages), skipped };
}

/** What pages are made of, or found by. */
const isPartOfPackage = (path: string) =>
  path === 'package.json' || (isDeclarations(path) && !isAside(path)) || isPackageProse(path);

/** Other files of the same package, as they are spelled. */
function referencesOf(text: ReturnType<typeof textOf>, compiler: Compiler): string[] {
  if (typeof text !== 'string') return [];
  const { importedFiles, referencedFiles } = compiler.preProcessFile(text, true, false);
  const imported = importedFiles.map(({ fileName }) => fileName).filter((path) => path.startsWith('.'));
  return [...imported, ...referencedFiles.map(({ fileName }) => fileName)];
}

/** Whether it was not in there. */
const added = <T>(set: Set<T>, one: T) => set.size < set.add(one).size;
