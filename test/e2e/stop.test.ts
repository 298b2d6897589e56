import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { tcpProxy } from '../../cloud/test/support/tcp-proxy.ts';
import { findPostgres, freshDatabase, noPostgres, startPostgres } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';
import { openStream } from '../support/sse-client.ts';

it(
  'stops well when its database has gone silent, with streams open and work to do',
  { timeout: 60_000 },
  async ({ skip }) => {
    if (!findPostgres()) skip(noPostgres);
    const postgres = await startPostgres();
    onTestFinished(postgres.stop);
    const url = new URL((await freshDatabase(postgres.adminUrl)).url);
    const proxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = `${proxy.port}`;
    onTestFinished(proxy.close);
    const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-stop-'));
    onTestFinished(() => rm(dataDir, { recursive: true }));
    const server = await startServer({ dataDir, env: { DATABASE_URL: url.href, WHETSTONE_LOG_LEVEL: 'warn' } });
    const stream = await openStream(`${server.url}/api/flags/stream`, { key: server.adminKey() });
    await vi.waitUntil(() => stream.events.at(-1)?.event === 'current', { timeout: 10_000, interval: 5 });
    proxy.blackHole(true);
    await vi.waitUntil(() => server.log().includes('cannot ask the database'), { timeout: 20_000, interval: 20 });
    // Not by its last resort, which is to leave with 1 after ten seconds.
    expect(await server.stop()).toBe(0);
    await stream.ended;
  },
);
