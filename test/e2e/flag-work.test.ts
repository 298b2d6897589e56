import { createClient } from '@whetstone/shared/client';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../support/mcp-command.ts';
import { mcpEnv, newStateDir } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const dayMs = 24 * 3_600_000;

const flag = (key: string, change: object = {}) => ({
  key,
  description: `Decides ${key}`,
  owner: 'team-a',
  enabled: true,
  type: 'boolean' as const,
  variants: { on: true, off: false },
  offVariant: 'off',
  fallthrough: {
    split: [
      { variant: 'on', weight: 1 },
      { variant: 'off', weight: 1 },
    ],
  },
  ...change,
});
const text = (value: unknown) => JSON.stringify(value, undefined, 2);

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'whetstone-flag-work-'))));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('on a server that has run for forty days', () => {
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startServer({
      env: {
        NODE_OPTIONS: `--require ${resolve(root, 'test/support/shift-clock.cjs')}`,
        WHETSTONE_TEST_SHIFT_MS: String(40 * dayMs),
      },
    });
    env = mcpEnv({ url: server.url, apiKey: server.agentKey() });
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await admin.createFlag(flag('busy'));
    await admin.createFlag(flag('never'));
    await admin.createFlag(flag('settled', { fallthrough: { variant: 'on' } }));
    await admin.createFlag(flag('review-model', { type: 'string', variants: { off: 'small', on: 'large' } }));
    await admin.createFlag(flag('gone'));
    await admin.archiveFlag({ key: 'gone' });
    process.kill(server.pid, 'SIGUSR2');
    await vi.waitFor(async () => {
      const exposures = ['busy', 'settled', 'review-model'].map((key) => ({ flag: key, variant: 'on', userId: 'kim' }));
      await admin.recordExposures({ exposures });
      const { items } = await admin.listFlags({});
      expect(items.filter(({ lastEvaluatedAt }) => lastEvaluatedAt !== null)).toHaveLength(3);
    }, 60_000);
  });
  afterAll(() => server.stop('SIGKILL'));

  it('flag stale names the flags with the places of their keys, and keys that code asks for and no flag has', async () => {
    const repo = join(folder, 'repo');
    mkdirSync(join(repo, 'src'), { recursive: true });
    writeFileSync(
      join(repo, 'src/agent.ts'),
      `\nif (await evaluateFlag('settled')) go();\nawait evaluateFlag('gone');\nevaluateFlag('typo');\n`,
    );
    writeFileSync(join(repo, 'README.md'), 'Behind the flag settled, and busy.\n');
    const { code, stdout, stderr } = await runCommand(['flags', 'stale', '--repo', repo], env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY').split('\n')).toEqual([
      '2 of 4 flags may have had their time',
      '',
      'never',
      '  never evaluated  Made on DAY, and nobody has been served it since.',
      '  owner            team-a',
      '  no file names it',
      '',
      'settled',
      '  settled  Everybody has been served "on" since DAY, and it is still',
      '           asked for: put "on" into the code and archive it.',
      '  owner    team-a',
      '  src/agent.ts:2',
      '  README.md:1 (word)',
      '',
      '2 keys that code asks for and no flag has',
      '  gone (archived)  src/agent.ts:3',
      '  typo             src/agent.ts:4',
      '',
      'Looked at 2 text files found by walking.',
      '',
    ]);
    const { stdout: json } = await runCommand(['flag', 'stale', '--repo', repo, '--json'], env);
    expect(JSON.parse(json)).toMatchObject({
      stale: [
        { key: 'never', lastEvaluatedAt: null, references: { places: [] } },
        { key: 'settled', reasons: [{ kind: 'settled', variant: 'on' }], references: { count: { call: 1, word: 1 } } },
      ],
      unknownKeys: [
        { key: 'gone', state: 'archived' },
        { key: 'typo', state: 'unknown' },
      ],
      scan: { by: 'walk', files: 2 },
    });
  });

  it('flag stale goes by the days that are asked for', async () => {
    const { code, stdout } = await runCommand(['flag', 'stale', '--days', '41', '--no-repo'], env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '0 of 4 flags may have had their time\n' });
  });

  it('flag lint looks at the flags of the server', async () => {
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await admin.createFlag(flag('untidy', { owner: undefined, variants: { on: true, off: false, beta: true } }));
    const { code, stdout } = await runCommand(['flag', 'lint', '--server', '--json'], env);
    expect(code).toBe(0);
    const { findings, ...sums } = JSON.parse(stdout) as { findings: { rule: string; flag: string }[] };
    expect(sums).toEqual({ ok: true, errors: 0, warnings: 2, flags: 5 });
    expect(findings.map(({ rule, flag: key }) => [key, rule])).toEqual([
      ['untidy', 'unserved-variant'],
      ['untidy', 'missing-owner'],
    ]);
    expect((await runCommand(['flag', 'lint', '--server', '--strict'], env)).code).toBe(1);
    await admin.archiveFlag({ key: 'untidy' });
  });

  it('flag types writes what the server has, and --check tells when it is out of date', async () => {
    const out = join(folder, 'server-flags.ts');
    const types = (...more: string[]) => runCommand(['flag', 'types', '--out', out, ...more], env);
    expect(await types('--check')).toMatchObject({ code: 1, stderr: expect.stringContaining('is not there') });
    expect(await types()).toMatchObject({ code: 0, stdout: `${out}: 4 flags\n` });
    expect(readFileSync(out, 'utf8')).toContain('  "review-model": "large" | "small";\n');
    expect((await types('--check')).code).toBe(0);
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await admin.createFlag(flag('another'));
    expect(await types('--check')).toMatchObject({ code: 1, stderr: expect.stringContaining('is out of date') });
    await admin.archiveFlag({ key: 'another' });
    expect((await types('--check')).code).toBe(0);
  });

  it.each([
    [
      'a key that is not known',
      () => ({ ...env, WHETSTONE_API_KEY: mcpEnv({ url: '' }).WHETSTONE_API_KEY }),
      'does not take the key',
    ],
    ['a server that is not there', () => ({ ...env, WHETSTONE_URL: 'http://127.0.0.1:9' }), 'refuses connections'],
    ['no key', () => ({ ...env, WHETSTONE_API_KEY: '' }), 'WHETSTONE_API_KEY is not set'],
  ])('ends with 3 for %s', async (_, surroundings, sentence) => {
    for (const words of [['stale'], ['lint', '--server'], ['types']]) {
      const { code, stderr, stdout } = await runCommand(['flag', ...words], surroundings());
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toContain(sentence);
    }
  });
});

describe('flag lint of files', () => {
  const offline = () => ({ ...mcpEnv({ url: 'http://127.0.0.1:9' }), WHETSTONE_STATE_DIR: newStateDir() });
  const lint = (...words: string[]) => runCommand(['flag', 'lint', ...words], offline());

  it('says where, what and how to mend it, and fails for errors alone', async () => {
    const bad = file(
      'bad.json',
      text({ flags: [flag('a'), flag('b', { fallthrough: { variant: 'big' }, owner: undefined })] }),
    );
    const { code, stdout } = await lint(bad);
    expect(code).toBe(1);
    expect(stdout.replaceAll(folder, '').split('\n')).toEqual([
      'error unknown-variant  /bad.json:38  b  /flags/1/fallthrough/variant',
      '     no variant is called "big"',
      '  →  Name one of "on", "off", or add it to variants.',
      '',
      'warning unserved-variant  /bad.json:33  b  /flags/1/variants/on',
      '     nothing serves "on"',
      '  →  Serve it in a rule, a split or the fallthrough, or remove it.',
      '',
      'warning missing-owner  /bad.json:27  b  /flags/1',
      '     has no owner',
      '  →  Name a team or person in "owner".',
      '',
      '1 error, 2 warnings in 2 flags',
      '',
    ]);
    const lines = readFileSync(bad, 'utf8').split('\n');
    expect([lines[37], lines[32], lines[26]]).toEqual(['        "variant": "big"', '        "on": true,', '    {']);
    const annotations = (await lint(bad, '--format', 'github')).stdout.split('\n');
    expect(annotations[0]).toBe(
      `::error file=${bad},line=38,title=unknown-variant::b /flags/1/fallthrough/variant: no variant is called "big". Name one of "on", "off", or add it to variants.`,
    );
    expect(annotations).toHaveLength(4);
  });

  it('looks references up in all files together', async () => {
    const [one, two] = [
      file('one.json', text(flag('one', { prerequisites: [{ flag: 'two', variants: ['on'] }] }))),
      file('two.json', text([flag('two')])),
    ];
    expect(await lint(one, two)).toMatchObject({ code: 0, stdout: '0 errors, 0 warnings in 2 flags\n' });
    expect(await lint(one)).toMatchObject({ code: 1, stdout: expect.stringContaining('no flag is called "two"') });
  });

  it('takes what the API answers to an export, and says where in it', async () => {
    const document = { flags: [flag('one', { offVariant: 'none', prerequisites: [] })], segments: [] };
    const exported = file('export.json', text({ document, refused: [] }));
    const { code, stdout } = await lint(exported, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [{ rule: 'unknown-variant', path: '/document/flags/0/offVariant' }],
    });
  });

  it('ends with 3 for what cannot be read', async () => {
    const flagd = file('flagd.json', text({ flags: { a: { state: 'ENABLED' } } }));
    for (const [words, sentence] of [
      [[join(folder, 'none.json')], 'there is no such file'],
      [[file('half.json', '{"flags": [')], 'is not JSON'],
      [[file('other.json', '{"name": "x"}')], 'holds no flags'],
      [[flagd], "looks like flagd's format"],
    ] as const) {
      const { code, stderr } = await lint(...words);
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(sentence) });
    }
  });
});

describe('generated types', () => {
  /** What the compiler says of a program that uses them. */
  async function compile(program: string) {
    const flags = file(
      'typed.json',
      text([
        flag('new-fixer-prompt'),
        flag('tier', { type: 'string', variants: { on: 'large', off: 'small' } }),
        flag('review-model', {
          type: 'json',
          variants: { on: { model: 'large', maxTokens: 1 }, off: { model: 'small', maxTokens: 2 } },
        }),
      ]),
    );
    const out = join(folder, 'flags.ts');
    const { code } = await runCommand(['flag', 'types', flags, '--out', out], mcpEnv({ url: 'http://127.0.0.1:9' }));
    expect(code).toBe(0);
    file('program.ts', program);
    const types = join(root, 'mcp-server/dist/types/cloud-client.d.ts');
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module: 'nodenext',
      types: [],
      allowImportingTsExtensions: true,
      paths: { 'whetstone-mcp/cloud-client': [types] },
    };
    file('tsconfig.json', text({ compilerOptions, files: ['flags.ts', 'program.ts'] }));
    file('package.json', '{"type": "module"}');
    const ended = run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
    return ended.then(
      () => [],
      ({ stdout }: { stdout: string }) =>
        stdout
          .trim()
          .split('\n')
          .map((line) => /program\.ts\((\d+),.*(TS\d+)/.exec(line)?.slice(1).join(' ') ?? line),
    );
  }

  const uses = `
import { createWhetstone } from 'whetstone-mcp/cloud-client';
import { typedFlags, type FlagKey, type FlagValues } from './flags.ts';
const flags = typedFlags(createWhetstone({ offline: true }));
const key: FlagKey = 'tier';
const on: boolean = await flags.evaluateFlag('new-fixer-prompt', { userId: 'kim' });
const tier = (await flags.evaluateFlagDetails('tier', {}, 'small')).value;
const exactly: 'small' | 'large' = tier;
const model = (await flags.evaluateFlagDetails('review-model', { userId: 'kim' }, { model: 'none', maxTokens: 0 })).value;
const tokens: number = model.maxTokens;
const bool: FlagValues['new-fixer-prompt'] = true;
export { key, on, exactly, tokens, bool };`;

  it('infer the value of each flag', { timeout: 60_000 }, async () => {
    expect(await compile(uses)).toEqual([]);
  });

  it(
    'refuse a key that no flag has, a value that it does not serve and a default of another type',
    { timeout: 60_000 },
    async () => {
      const wrong = `${uses}
await flags.evaluateFlag('new-fixer-promt');
await flags.evaluateFlagDetails('nosuch', {}, true);
await flags.evaluateFlagDetails('tier', {}, 'medium');
if (tier === 'medium') throw new Error();
model.maxTokns;`;
      const first = uses.split('\n').length + 1;
      expect(await compile(wrong)).toEqual([
        `${first} TS2345`,
        `${first + 1} TS2345`,
        `${first + 2} TS2345`,
        `${first + 3} TS2367`,
        `${first + 4} TS2551`,
      ]);
    },
  );
});

it('the file that holds these verbs stays small, and the program has nothing of them', () => {
  const built = (name: string) => readFileSync(join(root, 'mcp-server/dist', name), 'utf8');
  expect(built('whetstone-flags.cjs').length).toBeLessThanOrEqual(270_000);
  expect(built('whetstone-flags.cjs').includes('unreachable-rule')).toBe(true);
  expect(built('whetstone-mcp.js').includes('unreachable-rule')).toBe(false);
});
