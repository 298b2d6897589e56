import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { meaning } from '../options.ts';
import type { Finding } from './check.ts';

/** The Node.js that runs us, against the oldest that may. */
export function lookAtNode({ version, path, floor }: { version: string; path: string; floor: string }): Finding {
  const value = `${version} at ${path}`;
  if (isAtLeast(version, floor)) return { verdict: 'ok', value };
  const fix = `Install Node.js ${floor} or newer and name its full path as "command" in your client's configuration.`;
  return { verdict: 'fail', value, detail: `whetstone-mcp needs Node.js ${floor} or newer.`, fix };
}

function isAtLeast(version: string, floor: string) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [floorMajor = 0, floorMinor = 0] = floor.split('.').map(Number);
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

interface Program {
  /** As it was started. */
  file: string;
  version: string;
  /** Of the server, once it has told. */
  serverVersion: string | undefined;
}

/** Which copy of whetstone-mcp this is; several on one machine are a common cause of puzzles. */
export async function lookAtProgram({ file, version, serverVersion }: Program): Promise<Finding> {
  const path = await realpath(file);
  const value = `${version} at ${path}`;
  const newer = await newerSource(path);
  if (newer) {
    const detail = `It is older than its sources (${newer}).`;
    return { verdict: 'warn', value, detail, fix: 'Run pnpm build in the checkout and restart your client.' };
  }
  if (serverVersion !== undefined && release(serverVersion) !== release(version)) {
    const detail = `The server is version ${serverVersion}.`;
    return { verdict: 'warn', value, detail, fix: 'Bring both to one version and restart your client.' };
  }
  const detail = /[\\/]_npx[\\/]/.test(path)
    ? 'A copy in the cache of npx: it stays as it is until npx fetches another.'
    : undefined;
  return { verdict: 'ok', value, detail };
}

/** Major and minor: patches of either side fit together. */
const release = (version: string) => version.split('.', 2).join('.');

/** In a checkout, a source that was changed after the bundle was made. An installed copy has no sources beside it. */
async function newerSource(bundle: string) {
  const sources = join(dirname(dirname(bundle)), 'src');
  const builtAtMs = (await stat(bundle)).mtimeMs;
  const entries = await readdir(sources, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await stat(path)).mtimeMs > builtAtMs) return path.slice(sources.length + 1);
  }
  return undefined;
}

const ours = ['URL', 'API_KEY', 'STATE_DIR', 'CACHE_DIR', 'OFFLINE', 'DEFAULTS', 'CAPTURE'];
const theServers = ['DATA_DIR', 'ADMIN_KEY', 'SEED', 'PUBLIC_URL', 'LOG_LEVEL'];

/** A misspelt setting is silently no setting at all. */
export function lookAtVariables(names: string[]): Finding {
  const known = ours.map((name) => `WHETSTONE_${name}`);
  const foreign = names.filter((name) => ![...ours, ...theServers].includes(name.replace('WHETSTONE_', '')));
  const set = names.filter((name) => known.includes(name)).sort();
  if (foreign.length === 0) return { verdict: 'ok', value: set.join(', ') || 'none is set' };
  return {
    verdict: 'warn',
    value: foreign.join(', '),
    detail: 'Nothing reads this.',
    fix: foreign.map((name) => `${name} is unknown${meaning(name, known)}`).join(' '),
  };
}
