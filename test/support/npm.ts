import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a machine has that knows nothing of us: an empty home, and no registry that would answer. */
export async function bareMachine() {
  const home = await mkdtemp(join(tmpdir(), 'whetstone-home-'));
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    npm_config_cache: join(home, 'npm-cache'),
    npm_config_registry: 'http://127.0.0.1:2/',
    npm_config_fetch_retries: '0',
    npm_config_update_notifier: 'false',
  };
}

export const emptyFolder = () => mkdtemp(join(tmpdir(), 'whetstone-consumer-'));

/** Runs a program to its end; fails with what it printed. */
export async function run(program: string, args: string[], options: { cwd: string; env: Record<string, string> }) {
  const { stdout } = await promisify(execFile)(program, args, options);
  return stdout;
}
