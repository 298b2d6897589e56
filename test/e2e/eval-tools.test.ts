import { createClient } from '@whetstone/shared/client';
import { loadDataset } from '../../evals/src/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, type Agent } from '../support/mcp-agents.ts';
import { mcpEnv, newStateDir } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

const starter = await loadDataset('starter', { datasetsDir: '' });
const solved = starter.problems.flatMap((problem) => (problem.kind === 'function' ? [problem] : []))[1]!;
const boardAddress = 'whetstone://leaderboard/starter';
const template = 'whetstone://leaderboard/{dataset}';
const [first, ...others] = clients;
const patient = { timeout: 45_000, interval: 100 };

const structured = async (agent: Agent, tool: string, args: Record<string, unknown>) =>
  (await agent.call(tool, args)).structuredContent;

describe('the tools of evals, with real clients and the real server', () => {
  let server: TestServer;
  let runId = '';
  let viewerKey = '';
  const agents: { agent: Agent; env: Record<string, string> }[] = [];
  const board = (agent: Agent) => structured(agent, 'get_leaderboard', { dataset: 'starter' });
  const run = (agent: Agent) => structured(agent, 'get_eval_run', { runId });
  const addressesFor = async (agent: Agent) => (await agent.listResources()).resources.map(({ uri }) => uri);
  const read = async (agent: Agent) => {
    const { contents } = await agent.readResource(boardAddress);
    return JSON.parse(contents[0]!.text!) as object;
  };

  beforeAll(async () => {
    // A model endpoint whose prices nobody knows; it is never asked.
    server = await startServer({
      env: { OPENAI_BASE_URL: 'http://127.0.0.1:9', OPENAI_API_KEY: 'sk-fake-for-tests' },
    });
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    viewerKey = (await admin.createKey({ name: 'reads only', role: 'viewer' })).secret;
    for (const { open } of clients) {
      const env = mcpEnv({ url: server.url, apiKey: server.agentKey() });
      agents.push({ agent: await open(env), env });
    }
  });
  afterAll(async () => {
    for (const { agent } of agents) await agent.close();
    await server.stop('SIGKILL');
  });

  // Of the whole set, as leaderboards count; what has no sample fails without being run.
  it('start a run that is asked for until it is completed, and name what failed', async () => {
    const { agent } = agents[0]!;
    const samples = [
      { task_id: 'python-apply-diff', solution: 'raise ValueError("out of ideas")' },
      { task_id: solved.id, solution: solved.reference! },
    ];
    const subject = { kind: 'samples', label: 'two answers', samples };
    const started = await structured(agent, 'run_eval', { dataset: 'starter', subject });
    expect(started).toMatchObject({ status: 'queued', problemCount: 27, estimatedCostUsd: 0, source: 'cloud' });
    runId = String(started?.['runId']);
    await expect
      .poll(() => run(agent), patient)
      .toMatchObject({
        status: 'completed',
        doneCount: 27,
        counts: { passed: 1, failed: 26 },
        failures: [{ problemId: 'python-apply-diff', detail: expect.stringContaining('out of ideas') }],
        withoutSample: 25,
        source: 'cloud',
      });
  });

  it.each(clients.map(({ name }, index) => [name, index] as const))(
    'give %s the leaderboard: how sure, at what cost, in tie groups',
    async (_name, index) => {
      const { agent } = agents[index]!;
      const answer = await agent.call('get_leaderboard', { dataset: 'starter' });
      const { items } = answer.structuredContent as { items: { interval: [number, number] }[] };
      const [best] = items;
      expect(answer.structuredContent).toMatchObject({ dataset: 'starter', source: 'cloud', ageMs: 0 });
      expect(best).toMatchObject({ label: 'two answers', kind: 'samples', tieGroup: 1, passRate: 1 / 27, n: 27 });
      expect(best!.interval[0]).toBeLessThan(1 / 27);
      expect(best!.interval[1]).toBeGreaterThan(1 / 27);
      expect(answer.text).toMatch(/^group 1: two answers 3\.7 % \[\d\.\d, \d+\.\d\] n=27/m);
      expect(await run(agent)).toMatchObject({ status: 'completed', source: 'cloud' });
    },
  );

  it.each(clients.map(({ name }, index) => [name, index] as const))(
    'show %s the leaderboards as resources',
    async (_name, index) => {
      const { agent } = agents[index]!;
      const { resourceTemplates } = await agent.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(template);
      expect(await addressesFor(agent)).toContain(boardAddress);
      expect((await agent.complete(template, 'dataset', 'st')).completion).toMatchObject({ values: ['starter'] });
      expect(await read(agent)).toMatchObject({
        source: 'cloud',
        items: expect.arrayContaining([expect.objectContaining({ tieGroup: 1, n: 27 })]),
      });
    },
  );

  describe('pass on the no of the server as it says it, an error for the model', () => {
    it.each([
      ['a data set that is not there', { dataset: 'nosuch', subject: { kind: 'reference' } }, /nosuch/],
      [
        'a budget that cannot be kept',
        { dataset: 'starter', model: 'some-model', budgetUsd: 1 },
        /nobody knows what an answer of some-model costs/,
      ],
      ['a budget that is none', { dataset: 'starter', model: 'some-model', budgetUsd: -1 }, /budgetUsd/],
      ['no subject', { dataset: 'starter' }, /one of model and subject/],
    ])('of %s', async (_what, args, sentence) => {
      const answer = await agents[2]!.agent.call('run_eval', args);
      expect(answer).toMatchObject({ isError: true, text: expect.stringMatching(sentence) });
    });

    it.each([
      ['get_eval_run', { runId: '01997a2e-0000-7000-8000-000000000000' }, /not_found: .*01997a2e/],
      ['get_leaderboard', { dataset: 'starter', timeRange: 'yesterday' }, /timeRange/],
    ])('of a question to %s', async (tool, args, sentence) => {
      const answer = await agents[2]!.agent.call(tool, args);
      expect(answer).toMatchObject({ isError: true, text: expect.stringMatching(sentence) });
    });

    it('of a key that may only read, which still reads', async () => {
      const agent = await first!.open(mcpEnv({ url: server.url, apiKey: viewerKey }));
      expect(await agent.call('run_eval', { dataset: 'starter', subject: { kind: 'reference' } })).toMatchObject({
        isError: true,
        text: expect.stringContaining('forbidden'),
      });
      expect(await board(agent)).toMatchObject({ source: 'cloud' });
      await agent.close();
    });
  });

  it('say without a key how to get one', async () => {
    const agent = await first!.open({ ...mcpEnv({ url: server.url }), WHETSTONE_API_KEY: '' });
    const answer = { source: 'default', degradedReason: expect.stringContaining('WHETSTONE_API_KEY is not set') };
    expect(await board(agent)).toMatchObject({ ...answer, items: [] });
    expect(await run(agent)).toMatchObject({ ...answer, status: 'unknown' });
    expect(await structured(agent, 'run_eval', { dataset: 'starter', model: 'm' })).toMatchObject(answer);
    await agent.close();
  });

  describe('of a server that hangs', () => {
    beforeAll(() => server.pause());
    afterAll(() => server.resume());

    it('answer from what it said last, and from then on without asking it for a while', async () => {
      const { agent } = agents[3]!;
      const degraded = { source: 'cache', ageMs: expect.any(Number), degradedReason: expect.any(String) };
      expect(await board(agent)).toMatchObject({ ...degraded, items: [{ label: 'two answers' }] });
      expect(await run(agent)).toMatchObject({ ...degraded, status: 'completed', passRate: 1 / 27 });
    });
  });

  describe('of a server that was killed', () => {
    const degraded = {
      source: 'cache',
      ageMs: expect.any(Number),
      degradedReason: expect.stringContaining('refuses connections'),
    };
    beforeAll(() => server.stop('SIGKILL'));

    it.each(clients.map(({ name, open }, index) => [name, index, open] as const))(
      'answer %s from what it said last, in this process and in the next',
      async (_name, index, open) => {
        const { agent, env } = agents[index]!;
        const next = await open(env);
        for (const each of [agent, next]) {
          await expect.poll(() => board(each), patient).toMatchObject({ ...degraded, items: [{ tieGroup: 1, n: 27 }] });
          expect(await run(each)).toMatchObject({ ...degraded, status: 'completed', passRate: 1 / 27 });
          expect(await addressesFor(each)).toContain(boardAddress);
          expect((await each.complete(template, 'dataset', '')).completion).toMatchObject({ values: ['starter'] });
        }
        // Of a new process: a client may show for a while what it has read before.
        expect(await read(next)).toMatchObject({ ...degraded, dataset: 'starter' });
        await next.close();
      },
    );

    it('do not know what they were never asked, and do not claim to have started a run', async () => {
      const stranger = await others[0]!.open({ ...agents[1]!.env, WHETSTONE_STATE_DIR: newStateDir() });
      expect(await board(stranger)).toMatchObject({ source: 'default', items: [] });
      expect(await structured(stranger, 'run_eval', { dataset: 'starter', model: 'm' })).toMatchObject({
        source: 'default',
        status: 'unknown',
        degradedReason: expect.stringContaining('refuses connections'),
      });
      expect(await structured(stranger, 'whetstone_status', {})).toMatchObject({ problems: [] });
      await stranger.close();
    });

    it('leave nothing in the outbox and nothing to mend', async () => {
      const { agent } = agents[0]!;
      expect(await structured(agent, 'whetstone_status', {})).toMatchObject({
        outbox: { pending: 0, parked: 0 },
        problems: [],
      });
    });
  });
});
