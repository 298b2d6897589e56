import { createClient } from '@whetstone/shared/client';
import { formatApiKey, newApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddings } from '../support/embeddings-stand-in.ts';
import { startPinecone } from '../support/pinecone-stand-in.ts';
import { startServer, type TestServer } from '../support/server.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whetstone-server-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const clientOf = (server: TestServer, apiKey = server.adminKey()) =>
  createClient({ baseUrl: server.url, apiKey, retries: 0 });

describe('the built server', () => {
  it('says where it is, what runs where, where the keys lie and what to paste', async () => {
    const server = await startServer({ dataDir, env: { WHETSTONE_SEED: 'demo' } });
    const output = server.output();
    expect(output).toContain(`PGlite in ${dataDir}`);
    expect(output).toContain(join(dataDir, 'admin.key'));
    const config = JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('\n}\n') + 2));
    expect(config.mcpServers.whetstone.env).toEqual({
      WHETSTONE_URL: server.url,
      WHETSTONE_API_KEY: server.agentKey(),
    });
    expect((await stat(join(dataDir, 'agent.key'))).mode & 0o777).toBe(0o600);
    expect((await clientOf(server, server.agentKey()).getMe({})).key.role).toBe('agent');
    await server.stop();
  });

  it('seeds a handful of flags at its first start, and leaves an emptied project alone', async () => {
    const env = { WHETSTONE_SEED: 'demo' };
    const first = await startServer({ dataDir, env });
    const client = clientOf(first);
    await vi.waitFor(async () => expect((await client.listFlags({})).items).toHaveLength(4), 10_000);
    for (const { key } of (await client.listFlags({})).items) await client.archiveFlag({ key });
    await first.stop();
    const second = await startServer({ dataDir, env });
    await second.stop();
    const third = await startServer({ dataDir, env });
    expect((await clientOf(third).listFlags({})).items).toEqual([]);
    await third.stop();
  });

  it('says who makes embeddings and who keeps vectors, and is ready without either', async () => {
    const [apiKey, index] = ['a-fake-key', 'docs'];
    const embeddings = await startEmbeddings({ apiKey });
    const pinecone = await startPinecone({ apiKey, index });
    const own = { EMBEDDINGS_BASE_URL: embeddings.baseUrl, EMBEDDINGS_API_KEY: apiKey };
    const rented = { PINECONE_API_KEY: apiKey, PINECONE_INDEX: index, PINECONE_CONTROLLER_HOST: pinecone.url };
    const model = `text-embedding-3-small at ${new URL(embeddings.baseUrl).host}`;
    const lexical = 'none: search is lexical';
    for (const { env, engines } of [
      { env: {}, engines: [lexical, lexical] },
      { env: own, engines: [model, 'pgvector in PGlite'] },
      { env: { ...own, ...rented }, engines: [model, 'Pinecone (docs)'] },
    ]) {
      const server = await startServer({ dataDir, env });
      const { status, ports } = await clientOf(server).getReadiness({});
      expect(status).toBe('ok');
      const named = ports.filter(({ port }) => ['embeddings', 'vectors'].includes(port)).map(({ engine }) => engine);
      expect(named).toEqual(engines);
      for (const engine of engines) expect(server.output()).toContain(engine);
      await server.stop();
    }
    // A start asks for nothing that costs.
    expect(embeddings.requests).toEqual([]);
    await Promise.all([embeddings.stop(), pinecone.stop()]);
  });

  it('keeps keys and data over a restart', async () => {
    const first = await startServer({ dataDir });
    const key = first.adminKey();
    await clientOf(first).createFlag({ key: 'kept', rolloutPercentage: 10 });
    expect(await first.stop()).toBe(0);
    const second = await startServer({ dataDir });
    expect(second.adminKey()).toBe(key);
    expect(await clientOf(second).getFlag({ key: 'kept' })).toMatchObject({ version: 1 });
    await second.stop();
  });

  it('takes the first admin key from the environment and writes none', async () => {
    const key = formatApiKey(newApiKey(randomBytes));
    const server = await startServer({ dataDir, env: { WHETSTONE_ADMIN_KEY: key } });
    expect((await clientOf(server, key).getMe({})).key.role).toBe('admin');
    expect(() => server.adminKey()).toThrow('ENOENT');
    expect(server.output() + server.log()).not.toContain(key);
    await server.stop();
  });

  it('refuses the data directory of another server, naming its process', async () => {
    const server = await startServer({ dataDir });
    await expect(startServer({ dataDir })).rejects.toThrow(
      `is in use by another Whetstone server (process ${server.pid})`,
    );
    expect(await clientOf(server).getReadiness({})).toMatchObject({ status: 'ok' });
    await server.stop();
  });

  it('names the port when it is taken, and the variable when it is bad', async () => {
    const server = await startServer({ dataDir });
    const port = new URL(server.url).port;
    const other = join(dataDir, 'other');
    await expect(startServer({ dataDir: other, env: { PORT: port } })).rejects.toThrow(
      `PORT ${port} on HOST 127.0.0.1: is in use`,
    );
    await expect(startServer({ env: { PORT: 'abc', WHETSTONE_SEED: 'x' } })).rejects.toThrow(
      /PORT: expected a port[^\n]*\nWHETSTONE_SEED: expected demo or none/,
    );
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    await expect(startServer({ dataDir: join(file, 'below') })).rejects.toThrow(
      /cannot start:\nWHETSTONE_DATA_DIR: ENOTDIR/,
    );
    for (const [url, reason] of [
      ['postgres://nobody:fake@127.0.0.1:1/none', 'ECONNREFUSED'],
      ['postgres://nobody:fake@nowhere.invalid/none', 'ENOTFOUND|EAI_AGAIN|getaddrinfo'],
    ]) {
      await expect(startServer({ env: { DATABASE_URL: url! } })).rejects.toThrow(
        new RegExp(`cannot start:\nDATABASE_URL: .*(${reason})`),
      );
    }
    await server.stop();
  }, 120_000);

  it('finishes what is under way when told to stop, and says meanwhile that it is not ready', async () => {
    const server = await startServer({ dataDir });
    const { port } = new URL(server.url);
    // Half a request holds the connection open, so that the stop has something to wait for.
    const socket = connect(Number(port), '127.0.0.1');
    const asking = connect(Number(port), '127.0.0.1');
    const seen = { upload: '', ready: '' };
    socket.on('data', (chunk) => (seen.upload += chunk.toString()));
    asking.on('data', (chunk) => (seen.ready += chunk.toString()));
    const body = JSON.stringify({ key: 'late', rolloutPercentage: 1 });
    const head = `POST /api/flags HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.adminKey()}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    socket.write(head + body.slice(0, 10));
    // One byte, so that this connection is not idle either.
    asking.write('G');
    await clientOf(server).getHealth({});
    const stopped = server.stop();
    await vi.waitFor(() => expect(clientOf(server).getHealth({})).rejects.toThrow(), 5_000);
    asking.write('ET /readyz HTTP/1.1\r\nhost: x\r\n\r\n');
    await vi.waitFor(() => expect(seen.ready).toContain('the server is stopping'), 5_000);
    socket.write(body.slice(10));
    await vi.waitFor(() => expect(seen.upload).toContain('201 Created'), 5_000);
    expect(await stopped).toBe(0);
  });

  it('does not wait for ever for those who never finish a request, and leaves its database closed', async () => {
    const server = await startServer({ dataDir });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/flags HTTP/1.1\r\nhost: x\r\n');
    await clientOf(server).getHealth({});
    expect(await server.stop()).toBe(0);
    expect(await readdir(dataDir)).not.toContain('lock');
  });
});
