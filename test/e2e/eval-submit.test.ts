import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startForgetfulCloud } from '../../mcp-server/test/support/forgetful-cloud.ts';
import { runScript } from '../support/mcp-library.ts';
import { mcpEnv, mcpServerFile, newStateDir } from '../support/mcp-process.ts';
import { startServer } from '../support/server.ts';

/** A part of an agent CLI, with the call as it stands in its code. */
const agent = (ending: string, waits = 'await ') => `
  import { submitEvalRun } from 'whetstone-mcp/cloud-client';
  const [model, card, verdict, startTime] = ['some-model', { name: 'fix-the-parser' }, { verdict: 'accept' }, Date.now()];
  const calculateCost = (iterations) => iterations.length * 0.01;
  const iterations = [1, 2];
  const patch = { ops: [{ op: 'replace', path: 'a.ts', text: 'const key = "' + ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_') + '"' }] };
  ${waits}submitEvalRun({model, problem: card.name, passed: verdict.verdict === 'accept', cost: calculateCost(iterations), timeMs: Date.now() - startTime, code: patch.ops});
  ${ending}`;

async function drain(env: Record<string, string>) {
  const { stdout } = await promisify(execFile)(process.execPath, [mcpServerFile, 'outbox', 'drain'], { env }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

let cloud: Awaited<ReturnType<typeof startForgetfulCloud>>;
beforeEach(async () => void (cloud = await startForgetfulCloud(0.5)));
afterEach(() => cloud.stop());

it.each([
  ['just ends', agent('')],
  ['calls process.exit', agent('process.exit(0);')],
  ['ends without waiting', agent('process.exit(0);', 'void ')],
])(
  'reaches the cloud once from a program that %s while that is away, though answers are lost',
  async (_how, script) => {
    const stateDir = newStateDir();
    const away = { ...mcpEnv({ url: cloud.url, stateDir }), WHETSTONE_OFFLINE: '1' };
    expect(await runScript(script, away)).toMatchObject({ code: 0, stderr: '' });
    expect(cloud.seen.requests).toBe(0);
    const back = mcpEnv({ url: cloud.url, stateDir });
    await expect.poll(() => drain(back), { timeout: 20_000 }).toContain(' 0 still waiting');
    await drain(back);
    expect([...cloud.applied.values()].map((body) => JSON.parse(body) as unknown)).toEqual([
      {
        model: 'some-model',
        problem: 'fix-the-parser',
        passed: true,
        costUsd: 0.02,
        timeMs: expect.any(Number),
        code: [{ op: 'replace', path: 'a.ts', text: 'const key = "[redacted:github-token]"' }],
        at: expect.any(String),
      },
    ]);
  },
);

it('counts in the experiments of a server that hung meanwhile, once', async () => {
  const server = await startServer();
  const asAdmin = (path: string, body?: object) =>
    fetch(server.url + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${server.adminKey()}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  await asAdmin('/api/flags', { key: 'new-prompt', rolloutPercentage: 100 });
  const env = mcpEnv({ url: server.url, apiKey: server.agentKey() });
  const evaluate = `import { evaluateFlag } from 'whetstone-mcp/cloud-client'; await evaluateFlag('new-prompt', { userId: 'kim', taskId: 'task-1' });`;
  await runScript(evaluate, env);
  await drain(env);
  server.pause();
  const submit = `
    import { createWhetstone } from 'whetstone-mcp/cloud-client';
    const whetstone = createWhetstone();
    const told = await whetstone.submitEvalRun({ model: 'm', problem: 'p', passed: true, cost: 0.5, taskId: 'task-1' });
    console.log(told.accepted);
    await whetstone.close();`;
  expect(await runScript(submit, env)).toMatchObject({ stdout: 'true\n' });
  server.resume();
  await drain(env);
  await drain(env);
  const answer = (await (await asAdmin('/api/flags/new-prompt/experiment?metric=costUsd')).json()) as {
    variants: { variant: string; outcomes: number; mean: number }[];
  };
  expect(answer.variants).toMatchObject([{ variant: 'on', outcomes: 1, mean: 0.5 }]);
  await server.stop();
});
