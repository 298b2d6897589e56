import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mcpEnv, mcpServerFile } from '../support/mcp-process.ts';
import { bareMachine, emptyFolder, run } from '../support/npm.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in.ts';
import { startServer, type TestServer } from '../support/server.ts';

const root = resolve(import.meta.dirname, '../..');
const tool = (name: string) => join(root, 'node_modules', '.bin', name);
const apiKey = 'sk-fake-for-tests';
const broken = 'export const add = (a, b) => a - b;\n';
const corrected = '/** Of two numbers. */\nexport const add = (a, b) => a + b;\n';

/** What it answers hangs on the prompt alone: it mends the file once it has been told how its first try failed. */
const answer = ({ messages }: { messages: { content: string }[] }) => {
  const wasTold = messages[0]!.content.includes('That did not do:');
  const op = { find: 'a - b', with: wasTold ? 'a + b' : 'a * b' };
  const notes = wasTold ? '"Plus adds." [ws:0123456789abcdef]' : '';
  return { problemId: 'sum', text: `\`\`\`json\n${JSON.stringify({ ops: [op], notes })}\n\`\`\`` };
};

let agentFolder: string;
let model: Awaited<ReturnType<typeof startOpenAiStandIn>>;
let server: TestServer;
let env: Record<string, string>;

beforeAll(async () => {
  const [out, bare] = [await emptyFolder(), await bareMachine()];
  await run(tool('tsx'), ['scripts/pack-mcp.ts', '--out', out], { cwd: root, env: bare });
  agentFolder = await emptyFolder();
  await cp(join(root, 'mcp-server/examples/agent-cli'), agentFolder, { recursive: true });
  const manifest = join(agentFolder, 'package.json');
  const {
    devDependencies: _,
    version,
    ...rest
  } = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
  // The compiler is ours: there is no registry here that it could come from.
  await writeFile(manifest, JSON.stringify({ ...rest, version }));
  const tarball = join(out, `whetstone-mcp-${String(version)}.tgz`);
  await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: agentFolder, env: bare });
  await mkdir(join(agentFolder, 'node_modules', '@types'));
  await symlink(join(root, 'node_modules/@types/node'), join(agentFolder, 'node_modules/@types/node'), 'junction');
  model = await startOpenAiStandIn({ apiKey, answer });
  server = await startServer();
  env = {
    ...mcpEnv({ url: server.url, apiKey: server.agentKey() }),
    USER: 'user-1',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: apiKey,
    AGENT_MODEL: 'model-a',
    AGENT_USD_PER_MILLION: '2',
  };
});
afterAll(async () => {
  await model.stop();
  await server.stop('SIGKILL');
});

async function newCard(name: string) {
  const folder = await emptyFolder();
  const card = { name, task: 'add(1, 2) must be 3.', file: 'sum.mjs', check: ['node', 'check.mjs'] };
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  await writeFile(join(folder, 'sum.mjs'), broken);
  const check = `import { add } from './sum.mjs'; if (add(1, 2) !== 3) throw new Error('add(1, 2) is ' + add(1, 2));`;
  await writeFile(join(folder, 'check.mjs'), check);
  return { card: join(folder, 'card.json'), file: join(folder, 'sum.mjs') };
}

const agent = (args: string[], more: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, [join(agentFolder, 'dist/main.js'), ...args], {
    env: { ...env, ...more },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

async function drain() {
  const { stdout } = await promisify(execFile)(process.execPath, [mcpServerFile, 'outbox', 'drain'], { env }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

async function asked<T = { items: Record<string, unknown>[] }>(path: string): Promise<T> {
  const reply = await fetch(server.url + path, { headers: { authorization: `Bearer ${server.adminKey()}` } });
  expect([path, reply.status]).toEqual([path, 200]);
  return (await reply.json()) as T;
}

it('type-checks against the packed package, every declaration of it, and is built by that', async () => {
  await rm(join(agentFolder, 'dist'), { recursive: true, force: true });
  const said = await run(tool('tsc'), ['-p', agentFolder], { cwd: agentFolder, env: await bareMachine() }).catch(
    (error: { stdout: string }) => error.stdout,
  );
  expect(said).toBe('');
});

it('says where no model is to be asked, after it has asked for everything else', async () => {
  const { card, file } = await newCard('no-model');
  expect(await agent(['fix', card], { OPENAI_BASE_URL: '' })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^model model-a .* guidance none .* 0 examples .* passages/),
    stderr: 'There is no model to ask: set OPENAI_BASE_URL and OPENAI_API_KEY.\n',
  });
  expect(await readFile(file, 'utf8')).toBe(broken);
});

it('tells of a model endpoint that fails', async () => {
  const { card } = await newCard('no-endpoint');
  expect(await agent(['fix', card], { OPENAI_BASE_URL: 'http://127.0.0.1:9' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('fetch failed'),
  });
});

describe.each([
  ['up', 'with-cloud'],
  ['dead', 'without-cloud'],
] as const)('with the server %s', (how, name) => {
  let work: Awaited<ReturnType<typeof newCard>>;
  beforeAll(async () => {
    work = await newCard(name);
    if (how === 'dead') await server.stop('SIGKILL');
  });

  it('mends the file until its check passes, and says by what it was told', async () => {
    const before = model.calls.length;
    const { code, stdout, stderr } = await agent(['fix', work.card]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(how === 'up' ? /guidance none \(cloud\)/ : /guidance none \(cache\)/);
    expect(stdout).toContain('citation unknown: ');
    expect(stdout).toContain(`${name}: accept after 2\n`);
    expect(model.calls.length - before).toBe(2);
    expect(await readFile(work.file, 'utf8')).toBe(broken.replace('-', '+'));
  });

  it('tells what its user made of it, and nothing where that is nothing', async () => {
    expect((await agent(['review', work.card])).stdout).toBe('you left it as it was\n');
    await writeFile(work.file, corrected);
    expect((await agent(['review', work.card, 'say', 'what', 'it', 'does'])).stdout).toBe(
      'your correction will be learned from\n',
    );
  });

  it('says how things are', async () => {
    const { stdout } = await agent(['status']);
    expect(stdout).toMatch(how === 'up' ? /^ready · cloud\n/ : /^ready · cache · .*refuses connections/);
  });
});

it('has told the server everything once, as soon as that is back', async () => {
  const { port } = new URL(server.url);
  server = await startServer({ dataDir: server.dataDir, env: { PORT: port } });
  await expect.poll(drain, { timeout: 30_000 }).toContain(' 0 set aside, 0 still waiting');
  await drain();
  const board = await asked('/api/leaderboard?dataset=agent-work');
  expect(board.items).toMatchObject([{ subject: { label: 'model-a' }, n: 2, passRate: 1 }]);
  const { items } = await asked('/api/feedback?limit=50');
  expect(items).toHaveLength(2);
  for (const item of items) {
    expect(item).toMatchObject({ kind: 'edit', status: 'pending', userComment: 'say what it does' });
    expect(item['taskId']).toMatch(/^with(out)?-cloud-\d+$/);
  }
});

it('works by what was learned from that: an accepted correction, and guidance that is released', async () => {
  const tell = async (method: string, path: string, body: object) => {
    const headers = { authorization: `Bearer ${server.adminKey()}`, 'content-type': 'application/json' };
    const reply = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) });
    expect([path, reply.ok, await reply.text()]).toEqual([path, true, expect.any(String)]);
  };
  const { items } = await asked('/api/feedback?limit=50');
  for (const { id } of items) await tell('PATCH', `/api/feedback/${String(id)}`, { status: 'accepted' });
  const rule = { id: 'r1', text: 'Say what a function does.', taskTypes: [], languages: [] };
  const g1 = { version: 'g1', rules: [{ ...rule, expiresAt: '2999-01-01T00:00:00Z' }] };
  await tell('POST', '/api/flags', {
    key: 'guidance',
    enabled: true,
    variants: { off: null, g1 },
    offVariant: 'off',
    rules: [],
    fallthrough: { split: [{ variant: 'g1', weight: 100 }], coverage: 100, otherwise: 'off' },
  });
  const { card } = await newCard('with-lessons');
  const { stdout } = await agent(['fix', card]);
  expect(stdout).toMatch(/ · guidance g1 \(cloud\) · [12] examples \(cloud\) · /);
  const prompt = model.calls.at(-1)!.request.messages[0]!.content;
  expect(prompt).toContain('- Say what a function does.');
  expect(prompt).toMatch(/A person made of it:\n<untrusted-correction \w+>\n.*Of two numbers/s);
});
