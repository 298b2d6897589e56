import {
  getMcpConfigForManifest,
  hasRequiredConfigMissing,
  MANIFEST_SCHEMAS,
  unpackExtension,
} from '@anthropic-ai/mcpb';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clients } from '../support/mcp-agents.ts';
import { mcpEnv, someKey } from '../support/mcp-process.ts';
import { startFlagStreamServer, type FlagStreamServer } from '../support/flag-stream-server.ts';
import { bareMachine, emptyFolder, run } from '../support/npm.ts';
import { ServerJson } from '../support/server-json.ts';

const root = resolve(import.meta.dirname, '../..');
const tool = (name: string) => join(root, 'node_modules', '.bin', name);
const json = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
const { version } = json<{ version: string }>(join(root, 'mcp-server', 'package.json'));

const flag = (key: string, value: unknown) => ({
  key,
  version: 1,
  enabled: true,
  variants: { on: value, off: false },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'on' },
});

let out: string;
let npmFile: string;
let bundle: string;
let cloud: FlagStreamServer;
beforeAll(async () => {
  out = await emptyFolder();
  const env = { PATH: process.env['PATH'] ?? '', HOME: out };
  await run(tool('tsx'), ['scripts/pack-mcp.ts', '--out', out], { cwd: root, env });
  npmFile = join(out, `whetstone-mcp-${version}.tgz`);
  bundle = join(out, `whetstone-mcp-${version}.mcpb`);
  cloud = await startFlagStreamServer([flag('new-fixer-prompt', true), flag('review-model', { model: 'large' })]);
});
afterAll(() => cloud.stop());

/** A folder with the tarball installed, on a machine without a network. */
async function consumer(file = npmFile) {
  const [folder, env] = [await emptyFolder(), await bareMachine()];
  await run('npm', ['install', '--no-audit', '--no-fund', file], { cwd: folder, env });
  return { folder, env };
}

/** What every client gets from a server started so, with an environment that has nothing else of ours in it. */
async function askThrough(launch: { command: string; args: string[] }, env: Record<string, string>) {
  const values = [];
  for (const { open } of clients) {
    const agent = await open({ ...(await bareMachine()), ...env }, launch);
    const ask = async () => (await agent.call('evaluate_flag', { key: 'new-fixer-prompt' })).structuredContent;
    await vi.waitFor(async () => expect(await ask()).toMatchObject({ source: 'cloud' }), 10_000);
    values.push((await ask())?.['value']);
    await agent.close();
  }
  return values;
}

describe('the npm package', () => {
  it('installs without a network, and brings nothing with it', async () => {
    const { folder } = await consumer();
    expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'whetstone-mcp',
    ]);
    const installed = join(folder, 'node_modules', 'whetstone-mcp');
    const manifest = json<Record<string, unknown>>(join(installed, 'package.json'));
    expect(manifest).toMatchObject({ name: 'whetstone-mcp', version, bin: expect.anything(), license: 'MIT' });
    expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:|dependencies/i);
    expect((await readdir(installed)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES',
      'dist',
      'package.json',
    ]);
    const notices = readFileSync(join(installed, 'THIRD-PARTY-NOTICES'), 'utf8');
    expect(notices).toMatch(/^@modelcontextprotocol\/server \d/m);
    expect(notices).not.toContain('@whetstone/');
  });

  it('runs by npx where it is installed, and straight from the tarball in an empty folder', async () => {
    const { folder, env } = await consumer();
    expect(await run('npx', ['whetstone-mcp', '--version'], { cwd: folder, env })).toBe(`${version}\n`);
    const [nowhere, bare] = [await emptyFolder(), await bareMachine()];
    const straight = ['--yes', `--package=${npmFile}`, 'whetstone-mcp', '--version'];
    expect(await run('npx', straight, { cwd: nowhere, env: bare })).toBe(`${version}\n`);
  });

  it('serves every client as npx starts it', async () => {
    const launch = { command: 'npx', args: ['--yes', `--package=${npmFile}`, 'whetstone-mcp'] };
    const env = { WHETSTONE_URL: cloud.url, WHETSTONE_API_KEY: someKey };
    expect(await askThrough(launch, env)).toEqual(clients.map(() => true));
  });

  it('installs as well when somebody packs the folder as it is', async () => {
    const plain = await emptyFolder();
    const env = await bareMachine();
    await run('npm', ['pack', '--pack-destination', plain], { cwd: join(root, 'mcp-server'), env });
    const { folder } = await consumer(join(plain, `whetstone-mcp-${version}.tgz`));
    expect(await run('npx', ['whetstone-mcp', '--version'], { cwd: folder, env })).toBe(`${version}\n`);
  });

  it('gives publint nothing to say', async () => {
    const file = await readFile(npmFile);
    const tarball = new Uint8Array(file).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('is small', async () => {
    const { folder } = await consumer();
    const installed = join(folder, 'node_modules', 'whetstone-mcp');
    const files = await readdir(installed, { recursive: true, withFileTypes: true });
    const sizes = await Promise.all(
      files.filter((file) => file.isFile()).map(async (file) => (await stat(join(file.parentPath, file.name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2_000_000);
    expect((await stat(bundle)).size).toBeLessThanOrEqual(1_000_000);
  });
});

describe('a consumer in TypeScript, strict, with every declaration checked and no other package', () => {
  const readme = readFileSync(join(root, 'mcp-server', 'README.md'), 'utf8');
  const snippet = /```ts\n(.*?)```/s.exec(readme)![1]!;
  const uses = `
    import { createWhetstone, evaluateFlagDetails, submitEvalRun, type EvalRunReport, type FlagAnswer, type Told, type Whetstone } from 'whetstone-mcp/cloud-client';
    const whetstone: Whetstone = createWhetstone({ url: 'http://127.0.0.1:1', offline: true });
    const on: boolean = await whetstone.evaluateFlag('k', { userId: 'kim', attributes: { tier: 'gold' } });
    const answer: FlagAnswer = await evaluateFlagDetails('k');
    export const source: 'cloud' | 'cache' | 'default' = answer.source;
    // @ts-expect-error: declarations that say nothing would let this pass
    export const wrong: string = on;
    // @ts-expect-error: no such attribute; others go into attributes
    await whetstone.evaluateFlag('k', { user: 'kim' });
    const report: EvalRunReport = { model: 'm', problem: 'p', passed: true, cost: 0.5, code: [{ op: 'add' }], flags: { k: 'on' } };
    const told: Told = await submitEvalRun(report);
    export const reason: string = told.accepted ? told.id : told.reason;
    // @ts-expect-error: what came of it is what it is about
    await whetstone.submitEvalRun({ model: 'm', problem: 'p' });
    await whetstone.close();
  `;
  const base = { strict: true, skipLibCheck: false, noEmit: true, target: 'es2022', lib: ['es2022'], types: [] };

  it.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['node16', { module: 'node16', moduleResolution: 'node16' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
    ['nodenext, exact optional properties', { module: 'nodenext', exactOptionalPropertyTypes: true }],
  ])('type-checks with %s', async (_name, options) => {
    const { folder, env } = await consumer();
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...base, ...options } }));
    await writeFile(join(folder, 'uses.ts'), uses);
    await writeFile(join(folder, 'readme.ts'), `${snippet}\nexport { accepted, useNewFixer, value, reason, source };`);
    expect(await run(tool('tsc'), ['-p', folder], { cwd: folder, env }).catch(outputOf)).toBe('');
  });

  it('runs the snippet of the README', async () => {
    const { folder } = await consumer();
    const file = join(folder, 'readme.mjs');
    await writeFile(file, `${snippet}\nconsole.log(JSON.stringify({ accepted, useNewFixer, value, reason, source }));`);
    const env = mcpEnv({ url: cloud.url });
    const printed: unknown = JSON.parse(await run(process.execPath, [file], { cwd: folder, env }));
    expect(printed).toEqual({
      accepted: true,
      useNewFixer: true,
      value: { model: 'large' },
      reason: 'STATIC',
      source: 'cloud',
    });
  });

  it('reads every declaration it needs, and no other is in the package', async () => {
    const { folder, env } = await consumer();
    const types = join(folder, 'node_modules', 'whetstone-mcp', 'dist', 'types');
    const shipped = (await readdir(types, { recursive: true })).filter((name) => name.endsWith('.d.ts'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...base, module: 'nodenext' } }),
    );
    await writeFile(join(folder, 'uses.ts'), uses);
    const read = await run(tool('tsc'), ['-p', folder, '--listFilesOnly'], { cwd: folder, env });
    for (const name of shipped) expect(read).toContain(join('types', name));
  });
});

describe('the MCP bundle', () => {
  it('says what to fill in, hides the key, and names the tools that are there', async () => {
    const folder = await unpacked();
    const manifest = MANIFEST_SCHEMAS['0.3'].parse(json(join(folder, 'manifest.json')));
    expect(manifest).toMatchObject({ name: 'whetstone-mcp', version });
    expect(manifest.user_config?.['api_key']).toMatchObject({ sensitive: true, required: true });
    expect(hasRequiredConfigMissing({ manifest, userConfig: { url: cloud.url } })).toBe(true);
    const agent = await clients[0]!.open(mcpEnv({ url: cloud.url }));
    const { tools } = await agent.listTools();
    await agent.close();
    expect(manifest.tools?.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
  });

  it('serves every client from where it was unpacked, configured as a desktop would', async () => {
    const folder = await unpacked();
    const manifest = MANIFEST_SCHEMAS['0.3'].parse(json(join(folder, 'manifest.json')));
    const userConfig = { url: cloud.url, api_key: someKey };
    const place = { extensionPath: folder, systemDirs: {}, pathSeparator: '/' };
    const config = await getMcpConfigForManifest({ manifest, userConfig, ...place });
    expect(config?.env).toEqual({ WHETSTONE_URL: cloud.url, WHETSTONE_API_KEY: someKey });
    const launch = { command: config!.command, args: config!.args ?? [] };
    expect(await askThrough(launch, config!.env!)).toEqual(clients.map(() => true));
  });

  async function unpacked() {
    const folder = join(await emptyFolder(), 'bundle');
    await mkdir(folder);
    expect(await unpackExtension({ mcpbPath: bundle, outputDir: folder, silent: true })).toBe(true);
    return folder;
  }
});

describe('the entry for the MCP registry', () => {
  it('fits the schema, and names the package as the package names it', async () => {
    const entry = ServerJson.parse(json(join(out, 'server.json')));
    const { folder } = await consumer();
    const manifest = json<{ mcpName: string }>(join(folder, 'node_modules', 'whetstone-mcp', 'package.json'));
    expect(entry.name).toBe(manifest.mcpName);
    expect(entry.packages).toMatchObject([{ identifier: 'whetstone-mcp', version }]);
    expect(entry.packages[0]?.environmentVariables.filter(({ isSecret }) => isSecret)).toMatchObject([
      { name: 'WHETSTONE_API_KEY' },
    ]);
  });

  it('stands in the repository as it is packed', () => {
    expect(json(join(root, 'mcp-server', 'server.json'))).toEqual(json(join(out, 'server.json')));
    expect(json<{ version: string }>(join(root, 'mcp-server', 'mcpb', 'manifest.json')).version).toBe(version);
  });
});

/** What the compiler says is on stdout, also when it fails. */
const outputOf = (error: unknown) => (error as { stdout: string }).stdout;
