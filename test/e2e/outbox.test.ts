import { formatApiKey } from '@whetstone/shared/keys';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startForgetfulCloud } from '../../mcp-server/test/support/forgetful-cloud.ts';
import { flagOf } from '../../mcp-server/test/support/scripted-cloud.ts';
import { runScript } from '../support/mcp-library.ts';
import { initialize, mcpEnv, mcpServerFile, newStateDir, startMcpServer } from '../support/mcp-process.ts';

const nowhere = 'http://127.0.0.1:9';
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

let cloud: Awaited<ReturnType<typeof startForgetfulCloud>>;
beforeEach(async () => void (cloud = await startForgetfulCloud(0, [flagOf('greeting')])));
afterEach(() => cloud.stop());

interface Entry {
  flag: string;
  unit: string;
  count: number;
}

const exposures = () =>
  [...cloud.applied.values()].flatMap((body) => (JSON.parse(body) as { exposures: Entry[] }).exposures);
const countOf = (unit: string) =>
  exposures().reduce((total, entry) => total + (entry.unit === unit ? entry.count : 0), 0);

async function outboxCommand(env: Record<string, string>, ...args: string[]) {
  const running = promisify(execFile)(process.execPath, [mcpServerFile, 'outbox', ...args], { env });
  const { stdout, stderr, code } = await running.then(
    (seen) => ({ ...seen, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { stdout, stderr, code };
}

function ask(server: ReturnType<typeof startMcpServer>, id: number, userId: string) {
  server.send({ id, method: 'tools/call', params: { name: 'evaluate_flag', arguments: { key: 'greeting', userId } } });
  return eventually(() => expect(server.answerTo(id)).toBeDefined());
}

async function startTalking(env: Record<string, string>) {
  const server = startMcpServer(env);
  server.send(initialize);
  await eventually(() => expect(server.answerTo(1)).toBeDefined());
  server.send({ method: 'notifications/initialized' });
  return server;
}

it('tells the cloud who was served what, while the server lives', async () => {
  const server = await startTalking(mcpEnv({ url: cloud.url }));
  for (let id = 2; id < 7; id++) await ask(server, id, 'kim');
  await eventually(() => expect(countOf('kim')).toBe(5));
  server.endInput();
  expect(await server.exited).toBe(0);
});

it('loses none when the client hangs up at once', async () => {
  const env = mcpEnv({ url: cloud.url });
  const server = await startTalking(env);
  await ask(server, 2, 'kim');
  server.endInput();
  expect(await server.exited).toBe(0);
  await outboxCommand(env, 'drain');
  expect(countOf('kim')).toBe(1);
});

it.each([
  ['just ends', ''],
  ['calls process.exit', 'process.exit(0);'],
  ['throws', 'throw new Error("planned");'],
])('loses none of a program that %s', async (_how, ending) => {
  const env = mcpEnv({ url: cloud.url });
  const script = `import { evaluateFlag } from 'whetstone-mcp/cloud-client';
    console.log(await evaluateFlag('greeting', { userId: 'kim' }));
    ${ending}`;
  expect(await runScript(script, env)).toMatchObject({ stdout: 'true\n' });
  await outboxCommand(env, 'drain');
  expect(countOf('kim')).toBe(1);
});

it('sends what an earlier process left, though nothing more is asked', async () => {
  const env = mcpEnv({ url: cloud.url });
  await runScript(
    `import { evaluateFlag } from 'whetstone-mcp/cloud-client'; await evaluateFlag('greeting', { userId: 'kim' });`,
    env,
  );
  expect(countOf('kim')).toBe(0);
  const server = await startTalking(env);
  server.send({ id: 2, method: 'tools/list', params: {} });
  await eventually(() => expect(countOf('kim')).toBe(1));
  server.endInput();
  expect(await server.exited).toBe(0);
});

it('is silent about a person who asked not to be tracked', async () => {
  const env = { ...mcpEnv({ url: cloud.url }), DO_NOT_TRACK: '1' };
  const server = await startTalking(env);
  await ask(server, 2, 'kim');
  server.send({ id: 3, method: 'tools/call', params: { name: 'whetstone_status', arguments: {} } });
  await eventually(() => expect(JSON.stringify(server.answerTo(3))).toContain('DO_NOT_TRACK is set'));
  server.endInput();
  await server.exited;
  expect((await outboxCommand(env)).stdout).toContain('Nothing waits');
  expect(cloud.applied.size).toBe(0);
});

it('keeps what was recorded while the cloud was away, and shows it', async () => {
  const stateDir = newStateDir();
  const online = mcpEnv({ url: cloud.url, stateDir });
  const seen = await runScript(
    `import { evaluateFlag } from 'whetstone-mcp/cloud-client';
     await evaluateFlag('greeting', { userId: 'kim@' + 'acme.dev' });`,
    online,
  );
  expect(seen.code).toBe(0);
  const listed = await outboxCommand({ ...online, WHETSTONE_OFFLINE: '1' }, '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({
    pending: 1,
    accepted: 1,
    pendingRecords: [{ operation: 'recordExposures' }],
  });
  const exported = await outboxCommand(online, 'export');
  expect(exported.stdout).toContain('"state":"waiting"');
  expect(exported.stdout).not.toContain('acme.dev');
  expect(await outboxCommand(online, 'drain')).toMatchObject({
    code: 0,
    stdout: '1 delivered, 0 set aside, 0 still waiting\n',
  });
  expect(exposures()).toMatchObject([{ flag: 'greeting', unit: expect.stringMatching(/^anon-/) }]);
  expect((await outboxCommand(online)).stdout).toContain('1 accepted = 1 delivered + 0 waiting');
});

it('names what waits under another key', async () => {
  const env = mcpEnv({ url: cloud.url });
  await runScript(
    `import { evaluateFlag } from 'whetstone-mcp/cloud-client'; await evaluateFlag('greeting', { userId: 'kim' });`,
    env,
  );
  const otherKey = formatApiKey({ selector: 'CCCCdddd2222', secret: 's'.repeat(32) });
  expect(await outboxCommand({ ...env, WHETSTONE_API_KEY: otherKey })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/Records of another key or server wait in\s.*outbox\s+drain/s),
  });
});

it('drain says what is wrong with the directory, and does not crash', async () => {
  const env = mcpEnv({ url: nowhere, stateDir: mcpServerFile });
  const seen = await outboxCommand({ ...env, HOME: newStateDir() }, 'drain');
  expect(seen).toMatchObject({ code: 1, stderr: expect.stringMatching(/^\S+outbox cannot be written \(ENOTDIR\)/) });
});

it.each([
  [['drai'], 2, 'outbox has no "drai"; did you mean drain?'],
  [['retry'], 2, 'Name the id of one record, or --all'],
  [['drain', '--all'], 2, 'only retry takes --all'],
  [['retry', 'nosuch'], 1, 'No record "nosuch" was set aside.'],
  [['retry', '--all'], 0, 'Nothing was set aside.'],
])('outbox %j exits with %i and says what to do', async (args, code, says) => {
  const seen = await outboxCommand(mcpEnv({ url: nowhere }), ...args);
  expect(seen.code).toBe(code);
  expect(seen.stderr).toContain(says);
});
