import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients } from '../support/mcp-agents.ts';
import { runScript } from '../support/mcp-library.ts';
import { mcpEnv, mcpServerFile, newStateDir } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => void (server = await startServer()), 60_000);
afterAll(() => server?.stop());

const asAgent = (stateDir = newStateDir()) => mcpEnv({ url: server.url, apiKey: server.agentKey(), stateDir });

async function asAdmin(path: string, { method = 'GET', body }: { method?: string; body?: object } = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.adminKey()}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const createFlag = (key: string, more: object = {}) =>
  asAdmin('/api/flags', { method: 'POST', body: { key, rolloutPercentage: 50, ...more } });

/** Counts by variant, as a person sees them. */
async function usageOf(key: string) {
  const { body } = await asAdmin(`/api/flags/${key}/usage?timeRange=1d`);
  const variants = body['variants'] as { variant: string; exposures: number; units: number }[];
  return Object.fromEntries(variants.map(({ variant, exposures, units }) => [variant, { exposures, units }]));
}

const eventually = (key: string) => expect.poll(() => usageOf(key), { timeout: 20_000 });

async function outboxCommand(env: Record<string, string>, ...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [mcpServerFile, 'outbox', ...args], { env }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

describe.each(clients)('what $name was told', ({ open }) => {
  it('is counted once for each answer, by the variant that was served', async () => {
    const key = `told-${Math.random().toString(36).slice(2)}`;
    await createFlag(key);
    const agent = await open(asAgent());
    const served: Record<string, { exposures: number; units: number }> = {};
    for (let n = 0; n < 20; n++) {
      const answer = await agent.call('evaluate_flag', { key, userId: `user-${n}`, taskId: `task-${n}` });
      await agent.call('evaluate_flag', { key, userId: `user-${n}`, taskId: `task-${n}` });
      const of = (served[String(answer.structuredContent?.['variant'])] ??= { exposures: 0, units: 0 });
      of.exposures += 2;
      of.units += 1;
    }
    // Looking at a flag is not being served.
    await agent.readResource(`whetstone://flags/${key}`);
    await agent.call('evaluate_flag', { key: 'nosuch', userId: 'kim' });
    expect(Object.keys(served).sort()).toEqual(['off', 'on']);
    await eventually(key).toEqual(served);
    await agent.close();
    expect(await usageOf(key)).toEqual(served);
  });
});

it('counts for the version that was in force when it was served', async () => {
  await createFlag('moves');
  const stateDir = newStateDir();
  const evaluate = `import { evaluateFlag } from 'whetstone-mcp/cloud-client'; await evaluateFlag('moves', { userId: 'kim' });`;
  const offline = { ...asAgent(stateDir), WHETSTONE_OFFLINE: '1' };
  await runScript(evaluate, asAgent(stateDir));
  const { body: flag } = await asAdmin('/api/flags/moves');
  await asAdmin('/api/flags/moves', { method: 'PUT', body: { ...definitionOf(flag), enabled: false } });
  await runScript(evaluate, offline);
  const exported = await outboxCommand(offline, 'export');
  const versions = exported
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { body: { exposures: { flagVersion: number }[] } }).body.exposures)
    .map(({ flagVersion }) => flagVersion);
  expect(versions).toEqual([1, 1]);
  await runScript(evaluate, asAgent(stateDir));
  await outboxCommand(asAgent(stateDir), 'drain');
  const counted = Object.values(await usageOf('moves')).reduce((sum, { exposures }) => sum + exposures, 0);
  expect(counted).toBe(3);
});

it('is taken whatever callers put into it, and what looks like a secret or an address still names its flag', async () => {
  await createFlag('142.250.1.1');
  const env = asAgent();
  const script = `
    import { createWhetstone } from 'whetstone-mcp/cloud-client';
    const whetstone = createWhetstone();
    const long = '\\u5b57'.repeat(1_000);
    for (let n = 0; n < 400; n++)
      await whetstone.evaluateFlag('142.250.1.1', { userId: n + long, repoId: long, taskId: n + long, model: long });
    await whetstone.evaluateFlag('142.250.1.1', { userId: 'nul\\0', repoId: 'half \\ud83d', model: '\\ud83d', agent: '\\0' });
    await whetstone.close();`;
  expect(await runScript(script, env)).toMatchObject({ code: 0, stderr: '' });
  expect(await outboxCommand(env, 'drain')).toMatch(/ 0 set aside, 0 still waiting\n$/);
  const usage = Object.values(await usageOf('142.250.1.1'));
  expect(usage.reduce((sum, { exposures }) => sum + exposures, 0)).toBe(401);
  expect(usage.reduce((sum, { units }) => sum + units, 0)).toBe(401);
});

it('reaches the cloud after that hung, once, and leaves no secret of the key behind', async () => {
  const own = await startServer();
  const key = { url: own.url, apiKey: own.agentKey(), stateDir: newStateDir() };
  const post = await fetch(`${own.url}/api/flags`, {
    method: 'POST',
    headers: { authorization: `Bearer ${own.adminKey()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'kept', rolloutPercentage: 100 }),
  });
  expect(post.status).toBe(201);
  const agent = await clients[0]!.open(mcpEnv(key));
  await agent.call('evaluate_flag', { key: 'kept', userId: 'kim' });
  own.pause();
  for (let n = 0; n < 10; n++) await agent.call('evaluate_flag', { key: 'kept', userId: 'lee' });
  await agent.close();
  own.resume();
  await outboxCommand(mcpEnv(key), 'drain');
  const response = await fetch(`${own.url}/api/flags/kept/usage?timeRange=1d`, {
    headers: { authorization: `Bearer ${own.adminKey()}` },
  });
  expect(await response.json()).toMatchObject({ exposures: 11, variants: [{ variant: 'on', units: 2 }] });
  const directory = readdirSync(key.stateDir, { recursive: true, withFileTypes: true });
  const written = directory.filter((entry) => entry.isFile() && entry.parentPath.includes('outbox'));
  const secret = own.agentKey().split('_')[2]!;
  for (const { parentPath, name } of written)
    expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain(secret);
  await own.stop();
}, 60_000);

/** What PUT takes of what GET answers. */
function definitionOf({
  key: _,
  createdAt: __,
  updatedAt: ___,
  archivedAt: ____,
  ...definition
}: Record<string, unknown>) {
  return definition;
}
