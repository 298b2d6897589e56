import { createClient } from '@whetstone/shared/client';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clients, type Agent } from '../support/mcp-agents.ts';
import { runScript } from '../support/mcp-library.ts';
import { mcpEnv, mcpServerFile, someKey } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

const task = {
  taskType: 'refactor',
  language: 'typescript',
  complexity: 'medium',
  maxCost: 0.5,
  verify: 'tests',
} as const;
const patient = { timeout: 30_000, interval: 100 };
/** What is promised to be the same, whoever answers. */
const sameOf = ({ model, plan, reason }: Record<string, unknown> = {}) => ({ model, plan, reason });

const drain = async (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [mcpServerFile, 'outbox', 'drain'], { env }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );

describe('models, with real clients and the real server', () => {
  let server: TestServer;
  let admin: ReturnType<typeof createClient>;
  const agents: { name: string; agent: Agent; env: Record<string, string> }[] = [];
  const recommend = async (agent: Agent, more: object = {}) =>
    (await agent.call('recommend_model', { ...task, ...more })).structuredContent;
  const tableVersion = async (agent: Agent) => {
    const { structuredContent } = await agent.call('whetstone_status');
    return (structuredContent?.['models'] as { version?: string } | undefined)?.version;
  };
  const solvedBy = async (model: string) =>
    (await admin.getPortfolioModels({})).models.find((one) => one.model === model)?.n ?? 0;
  const online = new Map<string, Record<string, unknown>>();
  const offline = new Map<string, Record<string, unknown>>();

  beforeAll(async () => {
    server = await startServer();
    admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    const settings = (await admin.getPortfolioModels({})).settings;
    await admin.putPortfolioModels({ settings: { ...settings, incumbent: 'big' }, version: 0 });
    const outcomes = ['big', 'small'].flatMap((model) =>
      Array.from({ length: 100 }, (_, n) => ({
        taskId: `${model}-${n}`,
        attempt: 1,
        taskType: 'refactor',
        language: 'typescript',
        complexity: 'medium',
        model,
        success: n % 10 > 0,
        costUsd: model === 'big' ? 0.1 : 0.01,
        timeMs: 20_000,
      })),
    );
    await admin.recordOutcomes({ outcomes });
    await vi.waitFor(async () => expect(await solvedBy('small')).toBe(100), patient);
    await vi.waitFor(async () => expect((await admin.recommendModel(task)).model).toBe('small'), patient);
    for (const { name, open } of [clients[0]!, clients.at(-1)!]) {
      const env = mcpEnv({ url: server.url, apiKey: server.agentKey() });
      agents.push({ name, agent: await open(env), env });
    }
  });
  afterAll(async () => {
    for (const { agent } of agents) await agent.close();
    await server.stop('SIGKILL');
  });

  it('every client gets the model with its receipt, and a person the reason', async () => {
    for (const { name, agent } of agents) {
      const answer = await agent.call('recommend_model', task);
      expect(answer.structuredContent).toMatchObject({
        model: 'small',
        source: 'cloud',
        ageMs: 0,
        recommendationId: expect.any(String),
        n: 100,
        interval: [expect.any(Number), expect.any(Number)],
        tieSet: ['small', 'big'],
        incumbent: { model: 'big' },
        alternatives: [{ model: 'big', tied: true }],
      });
      expect(answer.text).toMatch(/^small: 90 of 100 similar medium TypeScript refactors succeeded; next 10: /);
      online.set(name, answer.structuredContent!);
    }
  });

  it('a question that cannot be meant is refused by name', async () => {
    const answer = await agents[0]!.agent.call('recommend_model', { maxCost: -1 });
    expect(answer).toMatchObject({ isError: true, text: expect.stringContaining('`maxCost` must be') });
    const wrong = { taskType: 'refactor', model: 'small', outcome: 'great', timeMs: 1 };
    expect(await agents[0]!.agent.call('record_outcome', wrong)).toMatchObject({
      isError: true,
      text: expect.stringContaining('`outcome` must be one of'),
    });
  });

  it('the snippet of an agent CLI works as it stands', async () => {
    const script = `
      import { recommendModel } from 'whetstone-mcp/cloud-client';
      console.log((await recommendModel({taskType: 'refactor', complexity: 'medium', repoSize: 50000, language: 'typescript', maxCost: 0.10})).model);`;
    expect(await runScript(script, agents[0]!.env)).toEqual({ code: 0, stdout: 'small\n', stderr: '' });
  });

  describe('of a server that hangs', () => {
    beforeAll(async () => {
      for (const { agent } of agents)
        await vi.waitFor(async () => expect(await tableVersion(agent)).toEqual(expect.any(String)), patient);
      server.pause();
    });
    afterAll(() => server.resume());

    it('are answered by the last known table', async () => {
      const { agent, name } = agents[0]!;
      const answer = await recommend(agent);
      expect(answer).toMatchObject({ source: 'cache', explored: false, degradedReason: expect.any(String) });
      expect(sameOf(answer)).toEqual(sameOf(online.get(name)));
    });
  });

  describe('of a server that was killed', () => {
    beforeAll(() => server.stop('SIGKILL'));

    it('are the same by the last known table, in this process and in the next', async () => {
      for (const { name, agent, env } of agents) {
        const next = await clients[0]!.open(env);
        for (const each of [agent, next]) {
          const answer = await recommend(each, { taskType: 'refactor' });
          expect(answer).toMatchObject({ source: 'cache', ageMs: expect.any(Number), explored: false });
          expect(sameOf(answer)).toEqual(sameOf(online.get(name)));
          offline.set(String(answer?.['recommendationId']), answer!);
        }
        await next.close();
      }
    });

    it('are the same for a program that must not ask', async () => {
      const script = `
        import { recommendModel } from 'whetstone-mcp/cloud-client';
        process.stdout.write(JSON.stringify(await recommendModel(${JSON.stringify(task)})));`;
      const { stdout } = await runScript(script, { ...agents[0]!.env, WHETSTONE_OFFLINE: '1' });
      const answer = JSON.parse(stdout) as Record<string, unknown>;
      expect(answer).toMatchObject({ source: 'cache', degradedReason: expect.stringContaining('WHETSTONE_OFFLINE') });
      expect(sameOf(answer)).toEqual(sameOf(online.get(agents[0]!.name)));
      offline.set(String(answer['recommendationId']), answer);
    });

    it('are not those of another key', async () => {
      const { env } = agents[0]!;

      const agent = await clients[0]!.open({ ...env, WHETSTONE_API_KEY: someKey });
      expect(await recommend(agent)).toMatchObject({ model: null, source: 'default' });
      await agent.close();
    });

    it('are taken down while it is dead', async () => {
      for (const { agent, name } of agents) {
        const outcome = {
          taskType: 'refactor',
          model: 'small',
          outcome: 'solved',
          timeMs: 5,
          taskId: `dead-${name}`,
          attempt: 1,
        };
        expect((await agent.call('record_outcome', outcome)).structuredContent).toMatchObject({ accepted: true });
      }
    });

    it('have another table set aside where the disk has damaged it', async () => {
      const { env } = agents[1]!;
      const stateDir = env['WHETSTONE_STATE_DIR']!;
      const file = readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).find((name) =>
        name.endsWith('routing-table.json'),
      )!;
      writeFileSync(join(stateDir, file), 'half a tab');
      const next = await clients[0]!.open(env);
      expect(await recommend(next)).toMatchObject({
        model: null,
        source: 'default',
        degradedReason: expect.stringContaining('is damaged and was ignored'),
      });
      await next.close();
    });
  });

  it('once it is back, each outcome counts once and each offline answer is in its log', async () => {
    const { dataDir } = server;
    const port = new URL(server.url).port;
    server = await startServer({ dataDir, env: { PORT: port } });
    admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    for (const { env } of agents) {
      await expect.poll(() => drain(env), patient).toContain(' 0 still waiting');
      await drain(env);
    }
    await expect.poll(() => solvedBy('small'), patient).toBe(100 + agents.length);
    const report = await admin.getPortfolioReport({ timeRange: '7d' });
    expect(report.recommendations.offline).toBe(offline.size + 1);
    // The damaged table is fetched whole, and the file is good again.
    const next = await clients[0]!.open(agents[1]!.env);
    await expect.poll(() => tableVersion(next), patient).toEqual(expect.any(String));
    await next.close();
  });
});
