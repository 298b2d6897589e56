import { createClient } from '@whetstone/shared/client';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listening } from '../support/listening.ts';
import { mcpServerFile, newStateDir } from '../support/mcp-process.ts';
import { startOpenAiStandIn } from '../support/openai-stand-in.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { testData } from '../support/test-data.ts';

// Each command and program of the documents, as it stands there, one document after the other in a folder of its own, with
// the address of a server of this test in the place of the one that `npm start` prints.
const checkout = resolve(import.meta.dirname, '../..');
const documents = [
  'README.md',
  'docs/flags.md',
  'docs/flags-cli.md',
  'docs/experiments.md',
  'docs/openfeature.md',
  'docs/evals-cloud.md',
  'docs/feedback.md',
  'docs/webhooks.md',
  'docs/knowledge.md',
  'docs/knowledge-mcp.md',
  'mcp-server/README.md',
];

/** What starts, installs or stays, or takes minutes: other tests do that. */
const elsewhere = /^(npm (start|test|install)|cd whetstone|whetstone-evals hostile)/m;
/** What ends otherwise than with 0 because that is what it is for. */
const codes: Record<string, number[]> = {
  'flag stale': [0, 1],
  // It asks, and here nobody answers.
  'hooks install': [1],
  'capture report': [1],
  'flag lint --server --strict': [0, 1],
  'compare runs/reference runs/weakened --gate': [1],
  'evals-cloud-gate.sh < change.json': [1],
};

interface Block {
  place: string;
  language: string;
  text: string;
}

const blocksOf = (document: string): Block[] => {
  const text = readFileSync(join(checkout, document), 'utf8');
  return [...text.matchAll(/^```(sh|js|ts)\n(.*?)^```$/gms)].map((found) => ({
    place: `${document}:${text.slice(0, found.index).split('\n').length}`,
    language: found[1]!,
    text: found[2]!,
  }));
};
const all = documents.map((document) => ({ document, blocks: blocksOf(document) }));

const evalsFile = join(checkout, 'evals/dist/whetstone-evals.js');
const published = testData('evals');
const needsPublished = /--dataset (humaneval|mbpp|swe-bench-lite)|datasets pull/;

describe('what the documents tell people to type', () => {
  let server: TestServer;
  const folders: string[] = [];
  beforeAll(async () => {
    server = await startServer({ env: { WHETSTONE_SEED: 'demo', WHETSTONE_OUTBOUND_ALLOW: '127.0.0.1' } });
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await vi.waitFor(async () => expect((await admin.listFlags({})).items).not.toEqual([]), 10_000);
  });
  afterAll(async () => {
    await server.stop('SIGKILL');
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** A checkout as far as the commands look at it: the data directory, the built files, packages, the command on the path. */
  function newFolder() {
    const folder = mkdtempSync(join(tmpdir(), 'whetstone-reader-'));
    folders.push(folder);
    symlinkSync(server.dataDir, join(folder, '.whetstone'));
    for (const name of ['mcp-server', 'docs']) symlinkSync(join(checkout, name), join(folder, name));
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, '@openfeature'), { recursive: true });
    symlinkSync(join(checkout, 'mcp-server'), join(modules, 'whetstone-mcp'));
    for (const name of ['server-sdk', 'ofrep-provider'])
      symlinkSync(packageDir(`@openfeature/${name}`), join(modules, '@openfeature', name));
    symlinkSync(packageDir('standardwebhooks'), join(modules, 'standardwebhooks'));
    putCommand(folder, 'whetstone-mcp', mcpServerFile);
    putCommand(folder, 'whetstone-evals', evalsFile);
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    return folder;
  }

  function run(folder: string, file: string, args: string[]) {
    const stateDir = newStateDir();
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: stateDir,
      USER: 'user-1',
      WHETSTONE_STATE_DIR: stateDir,
      WHETSTONE_URL: server.url,
      WHETSTONE_API_KEY: server.agentKey(),
    };
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((ended) => {
      const child = execFile(file, args, { cwd: folder, env }, (error, stdout, stderr) =>
        ended({ code: error ? error.code : 0, stdout, stderr }),
      );
      // A stream of events never ends by itself.
      setTimeout(() => child.kill(), 100_000).unref();
    });
  }

  const commandsIn = (text: string) =>
    text
      .replaceAll('http://127.0.0.1:8787', server.url)
      .replaceAll('curl -s -N', 'curl -s -N --max-time 2')
      .replaceAll('npm run -s evals --', 'whetstone-evals')
      // As often as it does by itself it runs in docs/evals-tasks.md.
      .replaceAll('task validate', 'task validate --runs 2');

  it.each(all)('works as it stands in $document', { timeout: 240_000 }, async ({ document, blocks }) => {
    const folder = newFolder();
    if (document === 'docs/evals-cloud.md') makeMended(folder);
    expect(blocks).not.toEqual([]);
    let said = '';
    // What one block sets, the ones below it use.
    const before: string[] = [];
    for (const { place, language, text } of blocks) {
      if (elsewhere.test(text)) continue;
      if (language === 'sh') {
        for (const line of commandsIn(text).split(/(?<!\\)\n(?! )/)) {
          if (line.trim() === '') continue;
          if (/^(export |alias |[A-Z]+=)/.test(line)) {
            before.push(line);
            continue;
          }
          const ended = await run(folder, 'bash', ['-c', `${before.join('\n')}\n${line}`]);
          const name = Object.keys(codes).find((words) => line.includes(words));
          const good = line.includes('--max-time') ? [28] : (name && codes[name]) || [0];
          expect({ place, line, ...ended }).toEqual({ place, line, ...ended, code: expect.toBeOneOf(good) });
          const [refused] = /.*"type":"urn:whetstone:problem.*/.exec(ended.stdout) ?? [];
          expect({ place, line, refused }).toEqual({ place, line, refused: undefined });
          if (line.startsWith('curl') && !line.includes(' > '))
            expect({ place, stdout: ended.stdout }).not.toEqual({ place, stdout: '' });
          said += ended.stdout;
        }
      } else if (!text.startsWith('export interface') && !text.includes('createServer(')) {
        const program = join(folder, 'src', `${place.replaceAll(/\W/g, '-')}.${language === 'ts' ? 'mts' : 'mjs'}`);
        writeFileSync(program, text.replaceAll('http://127.0.0.1:8787', server.url).replaceAll('<checkout>', checkout));
        const tsx = createRequire(join(checkout, 'package.json')).resolve('tsx');
        // Global from Node.js 22 on, as the page says.
        const ended = await run(folder, process.execPath, ['--experimental-websocket', '--import', tsx, program]);
        expect({ place, ...ended }).toEqual({ place, code: 0, stdout: expect.any(String), stderr: '' });
      }
    }
    expect(said).not.toContain('command not found');
  });

  it(
    'has a receiver of webhooks that takes what the server signed, and nothing else',
    { timeout: 60_000 },
    async () => {
      const folder = newFolder();
      const { text } = blocksOf('docs/webhooks.md').find((block) => block.text.includes('createServer('))!;
      const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
      const { port, stop } = await listening(createServer());
      await stop();
      const { id, secret } = await admin.createWebhook({ url: `http://127.0.0.1:${port}/`, events: ['bisect.ended'] });
      writeFileSync(join(folder, 'receiver.mjs'), text.replace('9000', String(port)));
      const child = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env: { WEBHOOK_SECRET: secret } });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      try {
        const body = JSON.stringify({ type: 'ping', data: { webhookId: id } });
        const forged = await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body }), 10_000);
        expect(forged.status).toBe(401);
        await admin.pingWebhook({ id });
        await vi.waitFor(() => expect(said).toContain(`ping {"webhookId":"${id}"}`), 20_000);
        expect(said.match(/ ping /g)).toHaveLength(1);
      } finally {
        child.kill();
        await once(child, 'exit');
      }
    },
  );
});

// What a reader of the pages on evals has besides: an endpoint in the place of those that cost something, data sets as their
// publishers have them, an agent, a repository with a commit that mends something.
describe('what the documents on evals tell people to type', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'whetstone-evals-reader-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  let endpoint: Awaited<ReturnType<typeof startOpenAiStandIn>>;
  beforeAll(async () => {
    const text = '```python\ndef nothing():\n    return None\n```';
    endpoint = await startOpenAiStandIn({ answer: () => ({ problemId: 'any', text }) });
  });
  afterAll(() => endpoint.stop());

  function newFolder(name: string) {
    const folder = join(scratch, name);
    mkdirSync(folder);
    putCommand(folder, 'whetstone-evals', evalsFile);
    symlinkSync(join(checkout, 'docs'), join(folder, 'docs'));
    writeFileSync(join(folder, 'bin/my-agent'), "#!/bin/sh\necho '```'\necho '1 + 1'\necho '```'\n");
    chmodSync(join(folder, 'bin/my-agent'), 0o755);
    return folder;
  }

  const commandsOf = (document: string) =>
    blocksOf(document)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ place, text }) => text.split('\n').map((line) => ({ place, line })))
      .filter(({ line }) => line !== '' && !line.startsWith('alias ') && !elsewhere.test(line));

  const withStandIns = (line: string) =>
    line
      .replaceAll(/https:\/\/openrouter\.ai\/api\/v1|http:\/\/127\.0\.0\.1:(11434|8000)\/v1/g, endpoint.baseUrl)
      .replaceAll('OPENAI_API_KEY=…', 'OPENAI_API_KEY=fake')
      // Nobody knows what a stand-in costs.
      .replaceAll('--budget-usd 2', '--budget-usd 2 --price-in 1 --price-out 1');

  async function runAll(folder: string, commands: { place: string; line: string }[]) {
    expect(commands).not.toEqual([]);
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: scratch,
      WHETSTONE_CACHE_DIR: join(folder, 'cache'),
      WHETSTONE_DATASETS_DIR: join(folder, 'datasets'),
      OPENAI_BASE_URL: endpoint.baseUrl,
    };
    let said = '';
    for (const { place, line } of commands) {
      const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolved) => {
        execFile('bash', ['-c', withStandIns(line)], { cwd: folder, env }, (error, stdout, stderr) =>
          resolved({ code: error ? error.code : 0, stdout, stderr }),
        );
      });
      const name = Object.keys(codes).find((words) => line.includes(words));
      expect({ place, line, ...ended }).toEqual({
        place,
        line,
        ...ended,
        code: expect.toBeOneOf((name && codes[name]) || [0]),
      });
      said += ended.stdout;
    }
    return said;
  }

  it('works as it stands in docs/evals.md', { timeout: 300_000 }, async () => {
    const commands = commandsOf('docs/evals.md').filter(({ line }) => !needsPublished.test(line));
    const said = await runAll(newFolder('evals'), commands);
    // What the page shows is what was said.
    expect(said).toContain('reference on starter, 27 problems x 1\nsamples    27 passed');
    expect(said).toContain('19 passed, 8 failed\npass rate  70.4 %  (95 %: 51.5 % to 84.1 %)');
    for (const shown of shownBy('docs/evals.md', 'Compare')) expect(said).toContain(shown);
  });

  it.skipIf(published.missing)(
    `works as it stands in docs/evals.md, where it is about published data${published.missing ? ` (${published.missing})` : ''}`,
    { timeout: 300_000 },
    async () => {
      const folder = newFolder('published');
      const put = (from: string, to: string) => {
        mkdirSync(dirname(join(folder, to)), { recursive: true });
        symlinkSync(join(published.path, from), join(folder, to));
      };
      put('humaneval/HumanEval.jsonl.gz', 'datasets/humaneval/HumanEval.jsonl.gz');
      put('mbpp/mbpp.jsonl', 'mbpp.jsonl');
      put('swebench/swe-bench-lite.json', 'datasets/swebench/swe-bench-lite.json');
      put('samples/swe-agent/swe-agent.cost_2_1.all_preds.json', 'all_preds.json');
      put('samples/swe-agent/swe-agent.cost_2_1.final_report.json', 'final_report.json');
      const commands = commandsOf('docs/evals.md').filter(({ line }) => needsPublished.test(line));
      const said = await runAll(folder, commands);
      expect(said).toContain('164 passed');
      expect(said).toContain('28 passed, 272 failed');
    },
  );

  it('works as it stands in docs/evals-tasks.md', { timeout: 300_000 }, async () => {
    const folder = newFolder('tasks');
    mkdirSync(join(folder, 'src'));
    makeMended(folder);

    const said = await runAll(folder, commandsOf('docs/evals-tasks.md'));
    expect(said).toContain('empty-sum: validated 5x5: 1 to mend, 1 to keep');
    expect(said.match(/samples +1 passed/g)).toHaveLength(2);
  });

  it('is what npm runs in a checkout', { timeout: 60_000 }, () => {
    const said = execFileSync('npm', ['run', '-s', 'evals', '--', '--version'], { cwd: checkout, encoding: 'utf8' });
    expect(said).toBe('0.1.0\n');
  });
});

/** A repository with a commit that mends something and has a test for it. */
function makeMended(folder: string) {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "scripts": { "test": "node --test" } }');
  mkdirSync(join(folder, 'test'));
  const sum = (initial: string) =>
    writeFileSync(join(folder, 'src/sum.js'), `export const sum = (all) => all.reduce((a, b) => a + b${initial});\n`);
  const test = (more: string) =>
    writeFileSync(
      join(folder, 'test/sum.test.js'),
      "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { sum } from '../src/sum.js';\n" +
        `test('adds numbers', () => assert.equal(sum([1, 2]), 3));\n${more}`,
    );
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=reader', '-c', 'user.email=reader@localhost', ...args], { cwd: folder });
  git('init', '-q', '-b', 'main');
  sum('');
  test('');
  git('add', 'package.json', 'src', 'test');
  git('commit', '-qm', 'feat: sums');
  sum(', 0');
  test("test('is 0 of nothing', () => assert.equal(sum([]), 0));\n");
  git('commit', '-qam', 'fix: the sum of nothing is 0');
}

/** The outputs that a section shows, by paragraph: times differ, and stand in none of them. */
function shownBy(document: string, title: string) {
  const text = readFileSync(join(checkout, document), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
  const shown = [...section.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, language]) => language === '')
    .flatMap(([, , output]) => output!.trim().split('\n\n'));
  expect(shown).not.toEqual([]);
  return shown;
}

function putCommand(folder: string, name: string, file: string) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const command = join(folder, 'bin', name);
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${file}" "$@"\n`);
  chmodSync(command, 0o755);
}

function packageDir(name: string) {
  const from = name.endsWith('server-sdk') ? 'mcp-server' : 'cloud';
  let folder = dirname(createRequire(join(checkout, from, 'package.json')).resolve(name));
  while (!folder.endsWith(name)) folder = dirname(folder);
  return folder;
}
