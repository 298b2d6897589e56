import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

/** Why no Redis can run here; undefined when it can. */
export const noRedis =
  spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'no redis-server (Debian: redis-server)';

/** A throwaway Redis on a free port of 127.0.0.1 that keeps nothing, and a connection to it. */
export async function startRedis() {
  const directory = mkdtempSync(join(tmpdir(), 'whetstone-redis-'));
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no', maxmemory: '64mb' };
  const server = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    socket: { reconnectStrategy: (tries) => (tries < 100 ? 50 : new Error('Redis did not start')) },
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    command: (...parts: string[]): Promise<unknown> => client.sendCommand(parts),
    multi: (commands: string[][]): Promise<unknown[]> =>
      commands.reduce((multi, command) => multi.addCommand(command), client.multi()).exec(),
    stop: async () => {
      client.destroy();
      server.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type Redis = Awaited<ReturnType<typeof startRedis>>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
