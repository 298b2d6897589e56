import { parse } from 'smol-toml';
import { isRecord } from '../../json.ts';
import { lockedUnderWay, type Locked } from './locked.ts';

/** By PEP 503 `Foo.Bar` and `foo-bar` are one project. */
export const pythonName = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[-_.]+/g, '-');

/** poetry.lock and uv.lock: both list every package with its version; uv's says of its own packages what they ask for. */
export function versionsInPythonLock(text: string): Locked {
  const { package: packages } = parse(text);
  if (!Array.isArray(packages)) throw new Error('it lists no packages');
  const { locked, add, addDirect } = lockedUnderWay();
  const entries = packages.map(recordOf);
  for (const { name, version, source } of entries)
    if (typeof name === 'string' && typeof version === 'string' && folderOf(source) === undefined)
      add(pythonName(name), version);

  for (const { source, dependencies, ...more } of entries) {
    const folder = folderOf(source);
    if (folder === undefined) continue;
    const groups = [more['optional-dependencies'], more['dev-dependencies']].flatMap((group) =>
      isRecord(group) ? Object.values(group) : [],
    );
    for (const { name, version } of [dependencies, ...groups].flat().filter(isRecord)) {
      if (typeof name !== 'string') continue;
      const key = pythonName(name);
      const only = locked.all.get(key);
      const own = typeof version === 'string' ? version : only?.length === 1 ? only[0] : undefined;
      if (own !== undefined) addDirect(folder, key, own);
    }
  }
  return locked;
}

const recordOf = (value: unknown) => (isRecord(value) ? value : {});

/** Of a package of the workspace itself. */
function folderOf(source: unknown): string | undefined {
  if (!isRecord(source)) return undefined;
  const folder = source['editable'] ?? source['virtual'];
  return typeof folder === 'string' ? folder : undefined;
}
