import { describe, expect, it, vi } from 'vitest';
import { mcpServer } from '../../src/mcp/server.ts';
import { whetstoneServer } from '../../src/mcp/whetstone-server.ts';
import { wireTool } from '../../src/mcp/wire-tool.ts';
import { defineTool, type Tool, type ToolContext } from '../../src/tools/tool.ts';
import { connect, modernMeta, type Era } from '../support/mcp-wire.ts';
import { noEvals } from '../support/no-evals.ts';
import { noDocs } from '../support/no-docs.ts';
import { noFeedback } from '../support/no-feedback.ts';
import { noModels } from '../support/no-models.ts';
import { noRecording } from '../support/no-recording.ts';
import { newReader } from '../support/reader.ts';
import { flagOf, serving, silence, type Answer } from '../support/scripted-cloud.ts';

const eras = ['legacy', 'modern'] as const;

const contextWith = (cloud: Answer): ToolContext => ({
  flags: newReader({ cloud }).reader,
  recording: noRecording,
  models: noModels,
  docs: noDocs,
  feedback: noFeedback,
  evals: noEvals,
  version: '1.2.3',
  server: { url: 'http://cloud.test', keySelector: 'selector1234' },
  stateDir: '/state',
});

const whetstone = (cloud: Answer) => {
  const ctx = contextWith(cloud);
  const onBug = (error: unknown) => expect.unreachable(String(error));
  return connect((era) => whetstoneServer({ era, ctx, onListed: ctx.flags.warmUp, onBug }));
};

/** The adapter with one tool of ours. */
function serverWith(handler: Tool['handler'], onBug: (error: unknown) => void = () => undefined) {
  const tool = defineTool({
    name: 'wait',
    title: 'Wait',
    description: 'Waits',
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    outputSchema: { type: 'object', properties: {}, required: [] },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    example: {},
    handler,
  });
  const ctx = contextWith(silence);
  const info = { name: 'test', version: '0' };
  return connect((era) =>
    mcpServer({
      era,
      info,
      tools: [wireTool(tool, ctx)],
      resources: [],
      watch: () => () => undefined,
      ctx,
      onListed: ctx.flags.warmUp,
      onBug,
    }),
  );
}

const nothing = { structured: {}, text: '' };

describe.each(eras)('in the %s era', (era) => {
  it('tells a tool that its answer is not wanted any more, and says nothing more about it', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const server = serverWith(async (_args, { signal }) => {
      signals.push(signal);
      if (signals.length === 1) await new Promise((aborted) => signal?.addEventListener('abort', aborted));
      return nothing;
    });
    const client = await server.opened(era);
    const id = client.start('tools/call', { name: 'wait' });
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    server.send({ method: 'notifications/cancelled', params: { requestId: id } });
    await client.ask('tools/call', { name: 'wait' });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    expect(server.answers().map((answer) => answer.id)).not.toContain(id);
  });

  it('takes a tool that gave up for what it is, not for a bug', async () => {
    let calls = 0;
    const bugs: unknown[] = [];
    const server = serverWith(
      async (_args, { signal }) => {
        calls += 1;
        if (calls === 1) await new Promise((aborted) => signal?.addEventListener('abort', aborted));
        signal?.throwIfAborted();
        return nothing;
      },
      (error) => bugs.push(error),
    );
    const client = await server.opened(era);
    const id = client.start('tools/call', { name: 'wait' });
    await vi.waitFor(() => expect(calls).toBe(1));
    server.send({ method: 'notifications/cancelled', params: { requestId: id } });
    await client.ask('tools/call', { name: 'wait' });
    expect(bugs).toEqual([]);
  });

  it('takes no harm of a cancellation that comes too late or is for nobody', async () => {
    const server = serverWith(async () => nothing);
    const client = await server.opened(era);
    const id = client.start('tools/call', { name: 'wait' });
    await server.answerTo(id);
    for (const requestId of [id, 999]) server.send({ method: 'notifications/cancelled', params: { requestId } });
    expect(await client.ask('tools/call', { name: 'wait' })).toHaveProperty('result');
  });

  it('says what it waits for to a client that wants to know, and to no other', async () => {
    const server = whetstone(serving(1, flagOf('greeting')));
    const client = await server.opened(era);
    await client.ask('tools/call', { name: 'whetstone_status' });
    expect(server.answers().filter(({ method }) => method)).toEqual([]);
    const id = client.start('tools/call', { name: 'whetstone_status', _meta: { progressToken: 'p1' } });
    await server.answerTo(id);
    const [progress, result] = server.answers().slice(-2);
    expect(progress).toMatchObject({
      method: 'notifications/progress',
      params: { progressToken: 'p1', progress: 1, message: 'asking http://cloud.test' },
    });
    expect(result?.id).toBe(id);
  });

  it('refuses an unknown tool and names the one that was meant', async () => {
    const client = await whetstone(silence).opened(era);
    expect(await client.ask('tools/call', { name: 'evaluate_flags' })).toMatchObject({
      error: { code: -32602, message: 'no tool is called "evaluate_flags"; did you mean evaluate_flag?' },
    });
  });

  it('answers arguments that do not fit with what would', async () => {
    const client = await whetstone(silence).opened(era);
    const { result } = await client.ask('tools/call', { name: 'evaluate_flag', arguments: { usrId: 'alice' } });
    expect(result).toMatchObject({
      isError: true,
      content: [
        {
          text: 'invalid: usrId: no such parameter; did you mean userId?; key: missing. Flag key, e.g. new-fixer-prompt\nexample: {"key":"new-fixer-prompt","userId":"alice"}',
        },
      ],
    });
  });

  it('keeps the inside of a bug to itself', async () => {
    const bugs: unknown[] = [];
    const bug = new Error('the password is 1234');
    const server = serverWith(
      () => Promise.reject(bug),
      (error) => bugs.push(error),
    );
    const client = await server.opened(era);
    expect((await client.ask('tools/call', { name: 'wait' })).error).toEqual({
      code: -32603,
      message: 'wait failed inside Whetstone; its stderr has more',
    });
    expect(bugs).toEqual([bug]);
  });

  it('lists flags and status as resources, page by page', async () => {
    const flags = Array.from({ length: 130 }, (_, i) => flagOf(`f${String(i).padStart(3, '0')}`));
    const client = await whetstone(serving(1, ...flags)).opened(era);
    const first = await client.ask('resources/list');
    const { resources, nextCursor } = first.result as { resources: { uri: string }[]; nextCursor: string };
    expect(resources).toHaveLength(100);
    expect(resources[0]).toEqual({ uri: 'whetstone://flags/f000', name: 'f000', mimeType: 'application/json' });
    const second = await client.ask('resources/list', { cursor: nextCursor });
    const rest = second.result as { resources: { uri: string }[] };
    expect(rest.resources.map(({ uri }) => uri).at(0)).toBe('whetstone://flags/f100');
    expect(rest.resources.at(-1)).toMatchObject({ uri: 'whetstone://status', name: 'status' });
    expect(rest).not.toHaveProperty('nextCursor');
    expect(await client.ask('resources/list', { cursor: 'page 2' })).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('nextCursor') },
    });
  });

  it.each(['tools/list', 'resources/templates/list'])('has one page of %s', async (method) => {
    const client = await whetstone(silence).opened(era);
    expect(await client.ask(method, { cursor: 'Zm9v' })).toMatchObject({ error: { code: -32602 } });
  });

  it('shows a flag as it was sent, and how fresh that is', async () => {
    const client = await whetstone(serving(1, flagOf('greeting'))).opened(era);
    const { result } = await client.ask('resources/read', { uri: 'whetstone://flags/greeting' });
    const { contents } = result as { contents: { uri: string; text: string }[] };
    expect(contents).toMatchObject([{ uri: 'whetstone://flags/greeting', mimeType: 'application/json' }]);
    expect(JSON.parse(contents[0]!.text)).toEqual({
      key: 'greeting',
      flag: flagOf('greeting'),
      source: 'cloud',
      ageMs: 0,
    });
  });

  it('says why a flag cannot be shown where nothing is known', async () => {
    const refusing: Answer = async () => new Response('{}', { status: 401 });
    const client = await whetstone(refusing).opened(era);
    const { result } = await client.ask('resources/read', { uri: 'whetstone://flags/greeting' });
    const [content] = (result as { contents: { text: string }[] }).contents;
    expect(JSON.parse(content!.text)).toMatchObject({
      source: 'default',
      degradedReason: expect.stringContaining('refused WHETSTONE_API_KEY'),
    });
  });

  it.each([
    'whetstone://flags/nosuch',
    'whetstone://flags/',
    'whetstone://flags/%',
    'whetstone://flags/a/b',
    'file:///etc/passwd',
  ])('has nothing at %s', async (uri) => {
    const client = await whetstone(serving(1, flagOf('greeting'))).opened(era);
    const { error } = await client.ask('resources/read', { uri });
    expect(error).toMatchObject({ code: era === 'legacy' ? -32002 : -32602, data: { uri } });
  });

  it('completes the key of a flag, at most a hundred at a time', async () => {
    const flags = Array.from({ length: 101 }, (_, i) => flagOf(`many-${i}`));
    const client = await whetstone(serving(1, flagOf('greeting'), ...flags)).opened(era);
    const ref = { type: 'ref/resource', uri: 'whetstone://flags/{key}' };
    const complete = (value: string) => client.ask('completion/complete', { ref, argument: { name: 'key', value } });
    expect((await complete('gr')).result).toMatchObject({
      completion: { values: ['greeting'], total: 1, hasMore: false },
    });
    const { completion } = (await complete('many-')).result as { completion: { values: string[] } };
    expect(completion).toMatchObject({ total: 101, hasMore: true });
    expect(completion.values).toHaveLength(100);
    expect((await complete('nosuch')).result).toMatchObject({ completion: { values: [], hasMore: false } });
  });

  it.each([
    { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'key', value: '' } },
    { ref: { type: 'ref/resource', uri: 'whetstone://nosuch/{key}' }, argument: { name: 'key', value: '' } },
    { ref: { type: 'ref/resource', uri: 'whetstone://flags/{key}' }, argument: { name: 'other', value: '' } },
  ])('has nothing to complete for %j', async (params) => {
    const client = await whetstone(serving(1, flagOf('greeting'))).opened(era);
    expect(await client.ask('completion/complete', params)).toMatchObject({ error: { code: -32602 } });
  });
});

describe('how long an answer may be kept', () => {
  const ask = async (
    era: Era,
    method: string,
    params?: Record<string, unknown>,
    cloud = serving(1, flagOf('greeting')),
  ) => (await (await whetstone(cloud).opened(era)).ask(method, params)).result;

  it.each(['server/discover', 'tools/list', 'resources/templates/list'])(
    '%s is the same for everybody while this version runs',
    async (method) => {
      expect(await ask('modern', method)).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'public' });
    },
  );

  it('flags are as fresh as a second can make them, and belong to the project', async () => {
    const fresh = { ttlMs: 1_000, cacheScope: 'private' };
    expect(await ask('modern', 'resources/list')).toMatchObject(fresh);
    expect(await ask('modern', 'resources/read', { uri: 'whetstone://flags/greeting' })).toMatchObject(fresh);
  });

  it('what is degraded, and the status, is to be asked for again', async () => {
    const stale = { ttlMs: 0, cacheScope: 'private' };
    const broken: Answer = async () => new Response('', { status: 500 });
    expect(await ask('modern', 'resources/read', { uri: 'whetstone://flags/greeting' }, broken)).toMatchObject(stale);
    expect(await ask('modern', 'resources/read', { uri: 'whetstone://status' })).toMatchObject(stale);
  });

  it.each(['tools/list', 'resources/list', 'resources/templates/list'])(
    '%s says nothing of it before 2026-07-28',
    async (method) => {
      const result = await ask('legacy', method);
      expect(result).not.toHaveProperty('ttlMs');
      expect(result).not.toHaveProperty('resultType');
      expect(await ask('legacy', 'resources/read', { uri: 'whetstone://status' })).not.toHaveProperty('ttlMs');
    },
  );
});

describe('the rules of 2026-07-28', () => {
  const unknownVersion = { _meta: { ...modernMeta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } };
  const refusal = { code: -32022, data: { supported: ['2026-07-28'], requested: '2099-01-01' } };

  it.each([
    ['first', false],
    ['later', true],
  ])('an unknown version is refused in the %s request', async (_when, isOpen) => {
    const server = whetstone(silence);
    if (isOpen) await (await server.opened('modern')).ask('tools/list');
    server.send({ id: 77, method: 'tools/list', params: unknownVersion });
    expect((await server.answerTo(77)).error).toMatchObject(refusal);
  });

  it.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'])(
    '%s is gone',
    async (method) => {
      const client = await whetstone(silence).opened('modern');
      expect((await client.ask(method)).error?.code).toBe(-32601);
    },
  );

  it('a request without the capabilities of its client is refused', async () => {
    const server = whetstone(silence);
    const { 'io.modelcontextprotocol/clientCapabilities': _, ...incomplete } = modernMeta;
    server.send({ id: 1, method: 'server/discover', params: { _meta: incomplete } });
    expect((await server.answerTo(1)).error?.code).toBe(-32602);
  });

  it('after a probe, a client may still shake hands; after a request, it may not', async () => {
    const server = whetstone(silence);
    const probing = await server.opened('modern');
    expect((await probing.ask('server/discover')).result).toMatchObject({ supportedVersions: ['2026-07-28'] });
    const shaken = await server.opened('legacy');
    expect((await shaken.ask('tools/list')).result).toHaveProperty('tools');

    const other = whetstone(silence);
    await (await other.opened('modern')).ask('tools/list');
    other.send({
      id: 'late',
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '0' } },
    });
    expect((await other.answerTo('late')).error?.code).toBe(-32022);
  });
});
