import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startFlagStreamServer, type FlagStreamServer } from '../support/flag-stream-server.ts';
import { clients } from '../support/mcp-agents.ts';
import { runScript } from '../support/mcp-library.ts';
import { mcpEnv, mcpServerFile } from '../support/mcp-process.ts';
import { makePrivateAuthority, noCertificates } from '../support/private-authority.ts';
import { startProxy } from '../support/proxy-server.ts';

const flagOf = (version: number, enabled: boolean) => ({
  key: 'greeting',
  enabled,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'on' },
  version,
  createdAt: '2026-03-01T08:00:00Z',
});
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startCloud(tls?: { cert: string; key: string }) {
  const cloud = await startFlagStreamServer([flagOf(1, true)], tls);
  cleanUps.push(() => cloud.stop());
  return cloud;
}

/** The built MCP server with a client. */
async function openAgent(cloud: FlagStreamServer, env: Record<string, string> = {}) {
  const agent = await clients[0]!.open({ ...mcpEnv({ url: cloud.url }), ...env });
  cleanUps.push(() => agent.close());
  return async () => (await agent.call('evaluate_flag', { key: 'greeting' })).structuredContent;
}

describe('the built server on a stream', () => {
  it('hears of a change by itself', async () => {
    const cloud = await startCloud();
    const ask = await openAgent(cloud);
    expect(await ask()).toMatchObject({ enabled: true, source: 'cloud' });
    cloud.put(flagOf(2, false));
    await eventually(async () => expect(await ask()).toMatchObject({ enabled: false, source: 'cloud' }));
    expect(cloud.followed()).toHaveLength(1);
  });

  it('takes a stream that broke in the middle of an event up again where it was, and misses nothing', async () => {
    const cloud = await startCloud();
    const ask = await openAgent(cloud);
    expect(await ask()).toMatchObject({ enabled: true });
    cloud.putHalfAndDrop(flagOf(2, false));
    await eventually(async () => expect(await ask()).toMatchObject({ enabled: false, source: 'cloud' }));
    expect(cloud.followed().map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'p1.1']);
  });
});

it('keeps a switch that it has heard of for the next process, where the disk is slow and its client goes at once', async () => {
  const cloud = await startCloud();
  const env = mcpEnv({ url: cloud.url });
  const slow = { NODE_OPTIONS: `--require ${resolve(import.meta.dirname, '../support/slow-disk.cjs')}` };
  const agent = await clients[0]!.open({ ...env, ...slow });
  const ask = async (of = agent) => (await of.call('evaluate_flag', { key: 'greeting' })).structuredContent;
  expect(await ask()).toMatchObject({ enabled: true, source: 'cloud' });
  cloud.put(flagOf(2, false));
  await eventually(async () => expect(await ask()).toMatchObject({ enabled: false, source: 'cloud' }));
  await agent.close();
  const next = await clients[0]!.open({ ...env, WHETSTONE_OFFLINE: '1' });
  cleanUps.push(() => next.close());
  expect(await ask(next)).toMatchObject({ enabled: false, flagVersion: 2, source: 'cache' });
});

const script = `
  import { evaluateFlagDetails } from 'whetstone-mcp/cloud-client';
  const { source, value, degradedReason } = await evaluateFlagDetails('greeting', {}, false);
  console.log(JSON.stringify({ source, value, degradedReason }));
`;

async function runCommand(url: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runScript(script, { ...mcpEnv({ url }), ...env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as unknown;
}

describe('a command that uses the built library', () => {
  it('ends by itself although the stream stays open', async () => {
    const cloud = await startCloud();
    expect(await runCommand(cloud.url)).toEqual({ source: 'cloud', value: true });
    await eventually(() => expect(cloud.streams()).toBe(0));
  });

  it('trusts the authority in NODE_EXTRA_CA_CERTS, and without it says what to do', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    const { caFile, ...tls } = makePrivateAuthority('localhost');
    const cloud = await startCloud(tls);
    const url = cloud.url.replace('127.0.0.1', 'localhost');
    expect(await runCommand(url, { NODE_EXTRA_CA_CERTS: caFile })).toEqual({ source: 'cloud', value: true });
    expect(await runCommand(url)).toMatchObject({
      source: 'default',
      degradedReason: expect.stringMatching(/does not trust.*NODE_EXTRA_CA_CERTS/),
    });
    expect(await runCommand(cloud.url, { NODE_EXTRA_CA_CERTS: caFile })).toMatchObject({
      degradedReason: expect.stringMatching(/certificate for another host name.*WHETSTONE_URL/),
    });
  });

  it('reaches a cloud that only the proxy can reach, with TLS to the cloud itself', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    const { caFile, ...tls } = makePrivateAuthority('cloud.test');
    const cloud = await startCloud(tls);
    const proxy = await startProxy({ port: cloud.port, credentials: 'kim:geheim' });
    cleanUps.push(() => proxy.stop());
    const env = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: caFile };
    expect(await runCommand('https://cloud.test', env)).toEqual({ source: 'cloud', value: true });
    expect(proxy.seen).toEqual([expect.objectContaining({ method: 'CONNECT', target: 'cloud.test:443' })]);
    const wrong = JSON.stringify(
      await runCommand('https://cloud.test', { ...env, HTTPS_PROXY: proxy.url.replace('geheim', 'falsch') }),
    );
    expect(wrong).toMatch(/The proxy http:..127\.0\.0\.1:\d+ wants a user name and password/);
    expect(wrong).not.toMatch(/kim|falsch/);
  });

  it('reaches a plain one through a proxy, too, unless NO_PROXY names it', async () => {
    const cloud = await startCloud();
    const proxy = await startProxy({ port: cloud.port });
    cleanUps.push(() => proxy.stop());
    const env = { http_proxy: proxy.url };
    expect(await runCommand('http://cloud.test', env)).toEqual({ source: 'cloud', value: true });
    expect(await runCommand('http://cloud.test', { ...env, no_proxy: '.test' })).toMatchObject({
      degradedReason: expect.stringContaining('no address in DNS'),
    });
  });

  it('names a proxy that is not there', async () => {
    const answer = await runCommand('https://cloud.test', { HTTPS_PROXY: 'http://kim:geheim@127.0.0.1:9' });
    expect(answer).toMatchObject({
      source: 'default',
      degradedReason: expect.stringMatching(/^The proxy http:\/\/127\.0\.0\.1:9 cannot be reached.*NO_PROXY/),
    });
  });
});

it.runIf(process.platform === 'linux')('answers on a disk that takes not a byte, and names the problem', async () => {
  const cloud = await startCloud();
  const limited = ['-c', 'ulimit -f 0; exec env --ignore-signal=XFSZ "$0" "$@"', process.execPath, mcpServerFile];
  expect(spawnSync('sh', ['-c', 'env --ignore-signal=XFSZ true']).status).toBe(0);
  const agent = await clients[0]!.open(mcpEnv({ url: cloud.url }), { command: 'sh', args: limited });
  cleanUps.push(() => agent.close());
  const { structuredContent } = await agent.call('evaluate_flag', { key: 'greeting' });
  expect(structuredContent).toMatchObject({ value: true, source: 'cloud' });
  await eventually(async () =>
    expect((await agent.call('whetstone_status')).structuredContent).toMatchObject({
      ready: true,
      problems: [expect.stringMatching(/cannot be written \(EFBIG\).*WHETSTONE_STATE_DIR/)],
    }),
  );
});
