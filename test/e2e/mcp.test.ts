import { createClient } from '@whetstone/shared/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { startFlagStreamServer, type FlagStreamServer } from '../support/flag-stream-server.ts';
import { clients, defaultTools, type Agent } from '../support/mcp-agents.ts';
import { initialize, mcpEnv, newStateDir, someKey, startMcpServer } from '../support/mcp-process.ts';
import { runScript } from '../support/mcp-library.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { flagForAlice } from '../support/sample-flags.ts';

const flag = flagForAlice;
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

/** The structured answer for alice. */
async function ask(agent: Agent, args: Record<string, unknown> = {}) {
  const { structuredContent } = await agent.call('evaluate_flag', { key: flag.key, userId: 'alice', ...args });
  return structuredContent;
}

describe('with a real client and the real server', () => {
  let server: TestServer;
  const agents = new Map<string, { agent: Agent; env: Record<string, string> }>();
  const agentOf = (name: string) => agents.get(name)!;

  beforeAll(async () => {
    server = await startServer();
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await admin.createFlag(flag);
    for (const { name, open } of clients) {
      const env = mcpEnv({ url: server.url, apiKey: server.agentKey() });
      agents.set(name, { agent: await open(env), env });
    }
  });

  afterAll(async () => {
    for (const { agent } of agents.values()) await agent.close();
    await server.stop('SIGKILL');
  });

  describe.each(clients)('$name', ({ name, revision }) => {
    it('lists described tools with schemas and hints, at a small price', async () => {
      const { tools } = await agentOf(name).agent.listTools();
      expect(tools.map((tool) => tool.name)).toEqual(defaultTools);
      for (const { inputSchema, outputSchema, annotations } of tools) {
        expect(outputSchema).toMatchObject({ type: 'object' });
        expect(Object.values(annotations ?? {}).filter((hint) => typeof hint === 'boolean')).toHaveLength(4);
        for (const parameter of Object.values(inputSchema.properties ?? {}))
          expect(parameter).toHaveProperty('description');
      }
      expect(JSON.stringify({ tools }).length / tools.length).toBeLessThanOrEqual(1_100);
      expect(agentOf(name).agent.instructions()).toContain('evaluate_flag');
    });

    it('speaks the newest protocol that the client asks for', () => {
      expect(agentOf(name).agent.revision()).toBe(revision);
    });

    it('answers from the rules, with rule and reason', async () => {
      const { agent } = agentOf(name);
      const answer = {
        enabled: true,
        variant: 'on',
        reason: 'TARGETING_MATCH',
        ruleId: 'r1',
        source: 'cloud',
        ageMs: expect.any(Number),
      };
      await eventually(async () => expect(await ask(agent)).toMatchObject(answer));
      expect(await ask(agent, { userId: 'bob' })).toMatchObject({ enabled: false, variant: 'off', reason: 'DEFAULT' });
      expect(await ask(agent, { explain: true })).toMatchObject({ trace: [{ id: 'r1', outcome: 'decided' }] });
    });

    it('answers the default for an unknown flag', async () => {
      const answer = { value: 'plan B', errorCode: 'FLAG_NOT_FOUND', source: 'default' };
      expect(await ask(agentOf(name).agent, { key: 'nosuch', default: 'plan B' })).toMatchObject(answer);
    });

    it('shows a mistake in the arguments to the model', async () => {
      const result = await agentOf(name).agent.call('evaluate_flag', { key: flag.key, userId: 42, color: 'red' });
      expect(result.isError).toBe(true);
      expect(result.text).toMatch(/userId: expected string, got 42/);
      expect(result.text).toMatch(/color: no such parameter; put further attributes into "attributes"/);
    });

    it('refuses an unknown tool as the protocol has it', async () => {
      await expect(agentOf(name).agent.call('evaluate_flags')).rejects.toMatchObject({ code: -32602 });
    });

    it('tells the state of things', async () => {
      const { structuredContent } = await agentOf(name).agent.call('whetstone_status');
      expect(structuredContent).toMatchObject({
        source: 'cloud',
        server: { url: server.url, keySelector: server.agentKey().split('_')[1], reachable: true },
        flags: { count: 1 },
        problems: [],
      });
    });
  });

  it('tells every client that watches of a change and of a new flag, and of nothing else', async () => {
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    const watched = { ...flag, key: 'watched' };
    await admin.createFlag(watched);
    const heard = new Map<string, string[]>();
    for (const [name, { agent }] of agents) {
      await eventually(async () => expect(await ask(agent, { key: 'watched' })).toMatchObject({ enabled: true }));
      heard.set(name, []);
      await agent.watch(['whetstone://flags/watched'], (what) => heard.get(name)!.push(what));
    }
    await admin.updateFlag({ ...watched, enabled: false, version: 1 });
    await admin.createFlag({ ...flag, key: 'unwatched' });
    await eventually(() => {
      for (const { name } of clients)
        expect(new Set(heard.get(name))).toEqual(new Set(['list', 'whetstone://flags/watched']));
    });
    for (const { agent } of agents.values()) {
      expect(await ask(agent, { key: 'watched' })).toMatchObject({ enabled: false });
      // What was heard of the list may have been about the first of the two.
      await eventually(async () => expect((await agent.listResources()).resources).toHaveLength(4));
    }
    for (const key of ['watched', 'unwatched']) await admin.archiveFlag({ key });
  });

  it('passes a kill switch on to every client', async () => {
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await admin.updateFlag({ ...flag, enabled: false, version: 1 });
    for (const { agent } of agents.values()) {
      await eventually(async () =>
        expect(await ask(agent)).toMatchObject({ enabled: false, reason: 'DISABLED', source: 'cloud' }),
      );
    }
  });

  describe('killed', () => {
    beforeAll(() => server.stop('SIGKILL'));

    it.each(clients)(
      '$name gets last-known-good, from the running process and from a new one',
      async ({ name, open }) => {
        const { agent, env } = agentOf(name);
        const answer = { enabled: false, reason: 'DISABLED', source: 'cache', ageMs: expect.any(Number) };
        const degraded = { ...answer, degradedReason: expect.stringContaining('refuses connections') };
        await eventually(async () => expect(await ask(agent)).toMatchObject(degraded));
        const restarted = await open(env);
        expect(await ask(restarted)).toMatchObject(degraded);
        await restarted.close();
      },
    );

    it.each(clients)('$name gets the default where nothing is known', async ({ name, open }) => {
      const stranger = await open({ ...agentOf(name).env, WHETSTONE_STATE_DIR: newStateDir() });
      expect(await ask(stranger, { default: true })).toMatchObject({
        value: true,
        errorCode: 'PROVIDER_NOT_READY',
        source: 'default',
      });
      await stranger.close();
    });
  });
});

describe('the process', () => {
  const nobody = 'http://127.0.0.1:9';
  const env = () => mcpEnv({ url: nobody });

  it('writes MCP and nothing else to stdout, whatever it is sent', async () => {
    const server = startMcpServer(env());
    server.send(initialize);
    server.send({ method: 'notifications/initialized' });
    server.send('this is no JSON\n{"jsonrpc":"2.0"}\n[]\n');
    server.send({ id: 2, method: 'tools/call', params: { name: 'evaluate_flag', arguments: { key: 'k' } } });
    server.send({ id: 3, method: 'tools/call', params: { name: 'evaluate_flag', arguments: 'k' } });
    server.send({ id: 4, method: 'nonsense' });
    server.send({ id: 5, method: 'tools/list' });
    await eventually(() => expect([2, 3, 4, 5].filter((id) => !server.answerTo(id))).toEqual([]));
    expect(server.messages().every((message) => 'result' in message || 'error' in message)).toBe(true);
    expect(server.answerTo(2)?.result).toHaveProperty('structuredContent');
    expect(server.answerTo(3)?.error?.code).toBe(-32602);
    expect(server.answerTo(4)?.error?.code).toBe(-32601);
    server.endInput();
    expect(await server.exited).toBe(0);
    expect(server.seen.stdout).toMatch(/\}\n$/);
  });

  it.each(['end of input', 'SIGTERM', 'SIGINT'] as const)(
    'ends at once on %s, even with an answer under way',
    async (how) => {
      const silent = await startFaultyProxy(nobody, 'black-holed');
      const server = startMcpServer(mcpEnv({ url: silent.url }));
      server.send(initialize);
      await eventually(() => expect(server.answerTo(1)).toBeDefined());
      server.send({ id: 2, method: 'tools/call', params: { name: 'evaluate_flag', arguments: { key: 'k' } } });
      if (how === 'end of input') server.endInput();
      else server.kill(how);
      expect(await server.exited).toBe(0);
      // It would have come after 2 s; how soon the process ends is the bench's to measure, on a quiet machine.
      expect(server.answerTo(2)).toBeUndefined();
      await silent.stop();
    },
  );

  it.each([
    ['WHETSTONE_URL', { WHETSTONE_URL: 'not an address' }],
    ['WHETSTONE_API_KEY', { WHETSTONE_API_KEY: '' }],
    ['WHETSTONE_API_KEY', { WHETSTONE_API_KEY: someKey.slice(0, -1) }],
  ])('serves with a bad %s and names it, to the model and on stderr', async (variable, bad) => {
    const server = startMcpServer({ ...env(), ...bad });
    server.send(initialize);
    server.send({ id: 2, method: 'tools/call', params: { name: 'evaluate_flag', arguments: { key: 'k' } } });
    await eventually(() => expect(server.answerTo(2)).toBeDefined());
    expect(server.answerTo(2)?.result).toMatchObject({
      structuredContent: { value: false, source: 'default', degradedReason: expect.stringContaining(variable) },
    });
    expect(server.seen.stderr).toContain(variable);
    server.endInput();
    await server.exited;
  });

  it('answers --version and --help, and names a command it does not know', async () => {
    const run = async (argument: string) => {
      const server = startMcpServer(env(), [argument]);
      return { code: await server.exited, ...server.seen };
    };
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
    expect(await run('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('WHETSTONE_API_KEY'),
      stderr: '',
    });
    expect(await run('bogus')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('"bogus"') });
  });
});

describe('the client library in a command that ends by itself', () => {
  const script = `
    import { evaluateFlag, evaluateFlagDetails } from 'whetstone-mcp/cloud-client';
    if (await evaluateFlag('new-fixer-prompt', { userId: 'alice' })) console.log('new');
    console.log((await evaluateFlagDetails('new-fixer-prompt', { userId: 'bob' })).source);
  `;
  let cloud: FlagStreamServer;
  let network: FaultyProxy;
  const stateDir = newStateDir();
  const run = (dir = stateDir) => runScript(script, mcpEnv({ url: network.url, stateDir: dir }));

  beforeAll(async () => {
    cloud = await startFlagStreamServer([{ ...flag, version: 1 }]);
    network = await startFaultyProxy(cloud.url);
  });
  afterAll(() => Promise.all([network.stop(), cloud.stop()]));

  it('is current in its first answer and holds nothing open', async () => {
    expect(await run()).toEqual({ code: 0, stdout: 'new\ncloud\n', stderr: '' });
    // As a second run: what the first one left on disk must not win over what the cloud says now.
    expect(await run()).toEqual({ code: 0, stdout: 'new\ncloud\n', stderr: '' });
  });

  it('answers from the last run when the cloud is silent, and the default when there was none', async () => {
    await network.become('black-holed');
    expect(await run()).toEqual({ code: 0, stdout: 'new\ncache\n', stderr: '' });
    expect(await run(newStateDir())).toEqual({ code: 0, stdout: 'default\n', stderr: '' });
  });

  it('answers from the last run when the cloud is gone', async () => {
    await network.become('down');
    expect(await run()).toEqual({ code: 0, stdout: 'new\ncache\n', stderr: '' });
  });
});
