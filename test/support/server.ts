import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * PGlite is 9 MB that V8 compiles again, better, as it runs: half of what a start takes, and a test ends before that has paid for
 * itself. Drills and pictures run as people do.
 */
const nodeOptions = process.env['VITEST'] === undefined ? [] : ['--liftoff-only'];

const serverFile = resolve(import.meta.dirname, '../../cloud/dist/server.js');

interface Options {
  dataDir?: string;
  env?: Record<string, string>;
}

/** Starts the built server as people do, on a free port, and waits until it says that it is ready. */
export async function startServer({ dataDir, env = {} }: Options = {}) {
  if (!existsSync(serverFile)) throw new Error(`${serverFile} is not built; run \`npm test\` or \`pnpm build\``);
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'whetstone-data-')));
  const child = spawn(process.execPath, [...nodeOptions, serverFile], {
    env: { PATH: process.env['PATH'], PORT: '0', WHETSTONE_DATA_DIR: directory, WHETSTONE_SEED: 'none', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = new Promise<number | null>((ended) => child.once('exit', ended));
  const url = await new Promise<string>((ready, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, address] = /Whetstone ready on (\S+)/.exec(output) ?? [];
      if (address) ready(address);
    });
    void exited.then((code) => failed(new Error(`the server ended with ${code}: ${log}`)));
  });

  const keyOf = (role: 'admin' | 'agent') => readFileSync(join(directory, `${role}.key`), 'utf8').trim();
  return {
    url,
    dataDir: directory,
    pid: child.pid!,
    adminKey: () => keyOf('admin'),
    agentKey: () => keyOf('agent'),
    output: () => output,
    log: () => log,
    exited,
    /** Stopped in its tracks: it takes connections and answers nothing, as a hung machine does. */
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;
