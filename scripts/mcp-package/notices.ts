import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Installed {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Tools of our own work; nothing of them is in the bundle. */
const neverBundled = ['vitest'];

/**
 * The licences of everything that may be in the bundle, which the permissive ones ask for. It names what could have been
 * taken in; that a little of it was left out by the bundler does no harm.
 */
export function thirdPartyNotices(packageDir: string): string {
  const found = new Map<string, string>();
  const visit = (dir: string, wanted: string[]) => {
    for (const name of wanted.filter((one) => !neverBundled.includes(one))) {
      const place = locate(name, dir);
      const manifest = manifestOf(place);
      const id = `${name} ${manifest.version}`;
      if (found.has(id)) continue;
      const isOurs = name.startsWith('@whetstone/');
      if (!isOurs) found.set(id, licenceOf(place, manifest));
      visit(place, Object.keys(manifest.dependencies ?? {}));
    }
  };
  visit(packageDir, Object.keys(manifestOf(packageDir).devDependencies ?? {}));
  const sections = [...found]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([id, licence]) => `${id}\n${'='.repeat(id.length)}\n\n${licence.trim()}\n`);
  return `whetstone-mcp contains parts of the following packages.\n\n${sections.join('\n')}`;
}

const manifestOf = (dir: string) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Installed;

/** As Node looks: beside the package, then further up. Not by `require.resolve`, which many packages forbid for their manifest. */
function locate(name: string, from: string): string {
  const place = join(from, 'node_modules', name);
  if (existsSync(join(place, 'package.json'))) return realpathSync(place);
  if (dirname(from) === from) throw new Error(`${name} is not installed`);
  return locate(name, dirname(from));
}

function licenceOf(dir: string, { name, license }: Installed) {
  const file = readdirSync(dir).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  if (file) return readFileSync(join(dir, file), 'utf8');
  if (license) return `Licence: ${license} (the package brings no text of its own)`;
  throw new Error(`${name} names no licence; find out before it is given away in our bundle`);
}
