import { createClient } from '@whetstone/shared/client';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clients, type Agent } from '../support/mcp-agents.ts';
import { runScript } from '../support/mcp-library.ts';
import { mcpEnv, newStateDir } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

const split = (coverage: number) => ({
  split: [{ variant: 'on', weight: 1 }],
  coverage,
  otherwise: 'off',
  by: 'taskId',
  sticky: 'taskId',
});
/** For the segment "beta": everybody's task at 100, hardly anybody's at 0.01. */
const flagOf = (coverage: number) => ({
  key: 'new-prompt',
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [
    {
      id: 'beta',
      when: [{ attribute: 'userId', op: 'segment' as const, values: ['beta'] }],
      serve: split(coverage),
    },
  ],
  fallthrough: { variant: 'off' },
});

describe('segments and sticky splits, with the built server and agents', () => {
  let server: TestServer;
  let admin: ReturnType<typeof createClient>;
  const stateDir = newStateDir();
  const agents: Agent[] = [];
  const env = (change: Record<string, string> = {}) => ({
    ...mcpEnv({ url: server.url, apiKey: server.agentKey(), stateDir }),
    ...change,
  });
  async function openAgent(client: (typeof clients)[number], change?: Record<string, string>) {
    const agent = await client.open(env(change));
    agents.push(agent);
    return agent;
  }
  const ask = async (agent: Agent, taskId: string, userId = 'alice') => {
    const { structuredContent } = await agent.call('evaluate_flag', { key: 'new-prompt', userId, taskId });
    const { variant, source } = structuredContent ?? {};
    return { variant, source };
  };
  /** To see that a change has arrived: what one is served first, it keeps. */
  let tasks = 0;
  const newTask = () => `new-${++tasks}`;
  const overHttp = async (taskId: string) =>
    (await admin.evaluateFlag({ key: 'new-prompt', userId: 'alice', taskId })).variant;
  const change = async (coverage: number) => {
    const { version } = await admin.getFlag({ key: 'new-prompt' });
    await admin.updateFlag({ ...flagOf(coverage), version });
  };

  beforeAll(async () => {
    server = await startServer();
    admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await admin.createSegment({ key: 'beta', included: ['alice'] });
    await admin.createFlag(flagOf(100));
  });
  afterAll(async () => {
    for (const agent of agents) await agent.close();
    await server.stop('SIGKILL');
  });

  it('keep a task on its variant in two processes, over HTTP, after a restart and offline', async () => {
    const [one, other] = [await openAgent(clients[0]!), await openAgent(clients.at(-1)!)];
    await eventually(async () => expect(await ask(one, 'early')).toEqual({ variant: 'on', source: 'cloud' }));
    // The exposure has reached the cloud.
    await eventually(async () =>
      expect((await admin.getFlagUsage({ key: 'new-prompt' })).exposures).toBeGreaterThan(0),
    );

    await change(0.01);
    await eventually(async () => expect(await ask(other, newTask())).toMatchObject({ variant: 'off' }));
    expect(await ask(other, 'early')).toEqual({ variant: 'on', source: 'cloud' });
    expect(await ask(one, 'early')).toMatchObject({ variant: 'on' });
    expect(await ask(one, 'late')).toMatchObject({ variant: 'off' });
    expect([await overHttp('early'), await overHttp('never seen')]).toEqual(['on', 'off']);

    await change(100);
    await eventually(async () => expect(await ask(one, newTask())).toMatchObject({ variant: 'on' }));
    expect([await ask(one, 'late'), await ask(other, 'late')]).toMatchObject([{ variant: 'off' }, { variant: 'off' }]);
    for (const agent of agents.splice(0)) await agent.close();

    const offline = await openAgent(clients[0]!, { WHETSTONE_OFFLINE: '1' });
    expect(await ask(offline, 'early')).toEqual({ variant: 'on', source: 'cache' });
    expect(await ask(offline, 'late')).toEqual({ variant: 'off', source: 'cache' });
    expect(await ask(offline, 'early', 'bob')).toMatchObject({ variant: 'off' });
    expect((await offline.call('whetstone_status')).structuredContent).toMatchObject({
      ready: true,
      flags: { count: 1 },
      problems: [],
    });
    const { contents } = await offline.readResource('whetstone://flags/new-prompt');
    expect(JSON.parse(contents[0]!.text!)).toMatchObject({ flag: { rules: [{ id: 'beta' }] } });
  });

  it('follow a segment as it changes, and the switch beats what sticks', async () => {
    const agent = await openAgent(clients[0]!);
    await eventually(async () => expect(await ask(agent, 'early', 'alice')).toMatchObject({ variant: 'on' }));
    await admin.updateSegment({ key: 'beta', version: 1, included: ['bob'] });
    await eventually(async () => expect(await ask(agent, 'early', 'alice')).toMatchObject({ variant: 'off' }));
    expect(await ask(agent, 'of bob', 'bob')).toEqual({ variant: 'on', source: 'cloud' });
    const { version } = await admin.getFlag({ key: 'new-prompt' });
    await admin.updateFlag({ ...flagOf(100), enabled: false, version });
    await eventually(async () => expect(await ask(agent, 'of bob', 'bob')).toMatchObject({ variant: 'off' }));
    await admin.updateFlag({ ...flagOf(0.01), version: version + 1 });
    await eventually(async () => expect(await ask(agent, 'of bob', 'bob')).toMatchObject({ variant: 'on' }));
    expect(await ask(agent, newTask(), 'bob')).toMatchObject({ variant: 'off' });
  });

  it('hold in a program that uses the library and ends by itself at once', async () => {
    const script = (taskId: string) => `
      import { evaluateFlagDetails } from 'whetstone-mcp/cloud-client';
      const { variant } = await evaluateFlagDetails('new-prompt', { userId: 'bob', taskId: '${taskId}' }, false);
      console.log(variant);
      process.exit();
    `;
    const { version } = await admin.getFlag({ key: 'new-prompt' });
    await admin.updateFlag({ ...flagOf(100), version });
    expect(await runScript(script('of a program'), env())).toMatchObject({ code: 0, stdout: 'on\n', stderr: '' });
    await admin.updateFlag({ ...flagOf(0.01), version: version + 1 });
    expect((await runScript(script('of a program'), env())).stdout).toBe('on\n');
    expect((await runScript(script('of another'), env())).stdout).toBe('off\n');
  });

  it('leave no name of a task behind on the disk', async () => {
    const folders = (await readdir(stateDir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const files = await Promise.all(
      folders.map(({ name }) => readFile(join(stateDir, name, 'sticky', '1.jsonl'), 'utf8').catch(() => '')),
    );
    expect(files.join('')).toContain('"on"');
    expect(files.join('')).not.toMatch(/early|late|alice|bob/);
  });
});
