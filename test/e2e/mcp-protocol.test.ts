import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { clients, type Agent } from '../support/mcp-agents.ts';
import { initialize, mcpEnv, startMcpServer } from '../support/mcp-process.ts';
import { startFlagStreamServer, type FlagStreamServer } from '../support/flag-stream-server.ts';
import { flagForAll } from '../support/sample-flags.ts';

const flag = flagForAll;
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

let cloud: FlagStreamServer;
beforeAll(async () => void (cloud = await startFlagStreamServer([flag])));
afterAll(() => cloud.stop());
const env = () => mcpEnv({ url: cloud.url });

describe.each(clients)('$name', ({ name, open, era }) => {
  let agent: Agent;
  beforeAll(async () => void (agent = await open(env())));
  afterAll(() => agent.close());

  it('finds flags and status among the resources', async () => {
    const { resources } = await agent.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(['whetstone://flags/new-fixer-prompt', 'whetstone://status']);
    const { resourceTemplates } = await agent.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([
      { uriTemplate: 'whetstone://flags/{key}' },
      { uriTemplate: 'whetstone://leaderboard/{dataset}' },
      { uriTemplate: 'whetstone://docs/{library}/{version}/{path}' },
      { uriTemplate: 'whetstone://guidance/{version}' },
    ]);
  });

  it('reads a flag, how fresh it is, and for how long it may keep it', async () => {
    const { contents, ttlMs, cacheScope } = await agent.readResource('whetstone://flags/new-fixer-prompt');
    expect(JSON.parse(contents[0]!.text!)).toMatchObject({ key: 'new-fixer-prompt', flag, source: 'cloud' });
    expect([ttlMs, cacheScope]).toEqual(era === 'modern' ? [1_000, 'private'] : [undefined, undefined]);
  });

  it('is told that there is no such flag', async () => {
    const uri = 'whetstone://flags/nosuch';
    // The code of its era; client 2.4 shows the old one as the new one.
    const code = name === 'sdk 1.32' ? -32002 : -32602;
    await expect(agent.readResource(uri)).rejects.toMatchObject({ code, data: { uri } });
  });

  it('completes the key of a flag', async () => {
    const { completion } = await agent.complete('whetstone://flags/{key}', 'key', 'new-');
    expect(completion).toEqual({ values: ['new-fixer-prompt'], total: 1, hasMore: false });
  });

  it('sees the progress of a call that waits for the cloud', async () => {
    // An answer that comes at once overtakes the progress in some clients.
    const silent = await startFaultyProxy(cloud.url, 'black-holed');
    const waiting = await open(mcpEnv({ url: silent.url }));
    const seen: unknown[] = [];
    await waiting.call('whetstone_status', {}, { onprogress: (progress) => seen.push(progress) });
    expect(seen).toMatchObject([{ progress: 1, message: `asking ${silent.url}` }]);
    await waiting.close();
    await silent.stop();
  });

  it('calls a call off, and the next one is answered', async () => {
    const silent = await startFaultyProxy(cloud.url, 'black-holed');
    const waiting = await open(mcpEnv({ url: silent.url }));
    const control = new AbortController();
    const status = waiting.call('whetstone_status', {}, { signal: control.signal });
    control.abort('never mind');
    await expect(status).rejects.toThrow(/never mind/);
    await silent.become('none');
    await eventually(async () =>
      expect((await waiting.call('evaluate_flag', { key: flag.key })).structuredContent).toMatchObject({
        enabled: true,
      }),
    );
    await waiting.close();
    await silent.stop();
  });
});

describe('the process', () => {
  const start = () => {
    const server = startMcpServer(env());
    server.send(initialize);
    return server;
  };
  const evaluation = (id: number) => ({
    id,
    method: 'tools/call',
    params: { name: 'evaluate_flag', arguments: { key: flag.key } },
  });

  it('answers a thousand requests sent at once, each of them once', async () => {
    const server = start();
    const ids = Array.from({ length: 1_000 }, (_, i) => i + 2);
    for (const id of ids) server.send(evaluation(id));
    await eventually(() => expect(server.messages()).toHaveLength(1_001));
    const answered = server.messages().map(({ id }) => id);
    expect(new Set(answered)).toEqual(new Set([1, ...ids]));
    expect(server.seen.stderr).toBe('');
    server.endInput();
    expect(await server.exited).toBe(0);
  });

  it('answers nothing to what was called off, also when it had not begun', async () => {
    const server = start();
    server.send(evaluation(2));
    server.send({ method: 'notifications/cancelled', params: { requestId: 2 } });
    server.send(evaluation(3));
    await eventually(() => expect(server.answerTo(3)).toBeDefined());
    server.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    server.send(evaluation(3));
    await eventually(() => expect(server.messages().filter(({ id }) => id === 3)).toHaveLength(2));
    expect(server.answerTo(2)).toBeUndefined();
    server.endInput();
    await server.exited;
  });

  it('refuses ten megabytes in a line and goes on', async () => {
    const server = start();
    const text = 'x'.repeat(10 * 2 ** 20);
    server.send({ id: 2, method: 'tools/call', params: { name: 'evaluate_flag', arguments: { key: text } } });
    server.send({ ...evaluation(3), params: { name: 'evaluate_flag', arguments: { key: text.slice(0, 2 ** 20) } } });
    server.send(evaluation(4));
    await eventually(() => expect(server.answerTo(4)).toBeDefined());
    expect(server.answerTo(2)?.error).toEqual({ code: -32600, message: 'the message is too long' });
    // Nor does what was too long come back.
    expect(JSON.stringify(server.answerTo(3)?.result).length).toBeLessThan(1_000);
    expect(server.answerTo(4)?.result).toMatchObject({ structuredContent: { enabled: true } });
    server.endInput();
    expect(await server.exited).toBe(0);
  });

  it('answers a malformed request to whom it can, and says so on stderr', async () => {
    const server = start();
    server.send('{"jsonrpc":"2.0","id":2,"method":42}\n{"jsonrpc":"2.0","id":3,"method":"ping","params":[1]}\n');
    server.send('{"jsonrpc":"2.0","id":null,"method":"ping"}\n{"jsonrpc":"2.0","id":4,"meth\n');
    server.send({ id: 5, method: 'ping' });
    await eventually(() => expect(server.answerTo(5)).toBeDefined());
    expect(server.messages().map(({ id, error }) => [id, error?.code])).toEqual(
      expect.arrayContaining([
        [2, -32600],
        [3, -32600],
      ]),
    );
    expect(server.messages()).toHaveLength(4);
    await eventually(() => expect(server.seen.stderr.match(/refused what came in/g)).toHaveLength(4));
    server.endInput();
    await server.exited;
  });

  it.each([
    [{ capabilities: {}, clientInfo: { name: 'raw', version: '0' } }, 'protocolVersion: expected text'],
    [{ ...initialize.params, capabilities: [] }, 'capabilities: expected an object'],
    [{ ...initialize.params, clientInfo: { name: 'raw' } }, 'clientInfo: expected an object with name and version'],
    [undefined, 'protocolVersion: expected text'],
  ])('refuses the handshake %j and takes the next one', async (params, complaint) => {
    const server = startMcpServer(env());
    server.send({ id: 7, method: 'initialize', ...(params && { params }) });
    await eventually(() => expect(server.answerTo(7)?.error).toEqual({ code: -32602, message: complaint }));
    server.send(initialize);
    await eventually(() => expect(server.answerTo(1)?.result).toMatchObject({ protocolVersion: '2025-11-25' }));
    server.endInput();
    expect(await server.exited).toBe(0);
    expect(server.seen.stderr).toBe('');
  });

  it('ends when its input ends in the middle of a line', async () => {
    const server = start();
    await eventually(() => expect(server.answerTo(1)).toBeDefined());
    server.send('{"jsonrpc":"2.0","id":2,"meth');
    server.endInput();
    expect(await server.exited).toBe(0);
    expect(server.messages()).toHaveLength(1);
  });

  it('ends when nobody reads its output any more', async () => {
    const server = start();
    await eventually(() => expect(server.answerTo(1)).toBeDefined());
    server.closeOutput();
    for (let id = 2; id < 100; id++) server.send(evaluation(id));
    expect(await server.exited).toBe(0);
    expect(server.seen.stderr).toBe('');
  });
});
