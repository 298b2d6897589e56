import { copyFile, mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { startQStashStandIn } from '../../test/support/qstash-stand-in.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { startUpstash } from '../../test/support/upstash-stand-in.ts';
import { withScratch } from '../harness/scratch.ts';
import { startWhetstone, type RunningServer } from './start-server.ts';

export interface Services {
  databaseUrl: string;
  qstash: Awaited<ReturnType<typeof startQStashStandIn>>;
  redis: Awaited<ReturnType<typeof startUpstash>> & { token: string };
  /** The first gets all deliveries of the queue: it does the work. */
  servers: RunningServer[];
  adminKey: string;
}

const redisToken = 'fake-token-of-the-upstash-stand-in';

/** The built server in so many processes as one deployment has it: PostgreSQL, and stand-ins of QStash and of Upstash Redis. */
export function withServices<T>(
  { processes, env = {} }: { processes: number; env?: Record<string, string> },
  work: (services: Services) => Promise<T>,
): Promise<T> {
  return withScratch(async (scratch) => {
    const stops: (() => Promise<unknown>)[] = [];
    try {
      const { adminUrl, stop } = await startPostgres();
      stops.push(stop);
      const { url: databaseUrl } = await freshDatabase(adminUrl);
      const qstash = await startQStashStandIn();
      stops.push(qstash.stop);
      const server = await startRedis();
      stops.push(server.stop);
      const redis = await startUpstash(server, redisToken);
      stops.push(redis.stop);
      const port = await freePort();
      const shared = {
        DATABASE_URL: databaseUrl,
        QSTASH_URL: qstash.url,
        QSTASH_TOKEN: qstash.token,
        QSTASH_CURRENT_SIGNING_KEY: qstash.currentSigningKey,
        QSTASH_NEXT_SIGNING_KEY: qstash.nextSigningKey,
        WHETSTONE_PUBLIC_URL: `http://127.0.0.1:${port}`,
        UPSTASH_REDIS_REST_URL: redis.url,
        UPSTASH_REDIS_REST_TOKEN: redisToken,
        ...env,
      };
      const directories = Array.from({ length: processes }, (_, i) => join(scratch, `server-${i}`));
      const servers: RunningServer[] = [];
      let adminKey = '';
      for (const [i, directory] of directories.entries()) {
        await mkdir(directory, { recursive: true });
        // Only the first server on a database is told the keys.
        if (i > 0) await copyFile(join(directories[0]!, 'admin.key'), join(directory, 'admin.key'));
        const started = await startWhetstone(directory, { ...shared, ...(i === 0 && { PORT: `${port}` }) });
        servers.push(started);
        stops.push(started.stop);
        adminKey = started.adminKey;
      }
      return await work({ databaseUrl, qstash, redis: { ...redis, token: redisToken }, servers, adminKey });
    } finally {
      for (const stop of stops.toReversed()) await stop();
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
