import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { initialize, mcpEnv, mcpServerFile, newStateDir, startMcpServer } from '../support/mcp-process.ts';

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });
const bundle = readFileSync(mcpServerFile, 'utf8');
const spy = pathToFileURL(resolve(import.meta.dirname, '../support/module-spy.mjs')).href;

/** Nobody listens at the address: a start that asked the cloud before it answered would show. */
const env = (over: Record<string, string> = {}) => ({
  ...mcpEnv({ url: 'http://127.0.0.1:9' }),
  ...over,
});

const modern = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
  },
};
const eras = [
  { era: '2025-11-25', opening: initialize, list: { id: 2, method: 'tools/list', params: {} } },
  {
    era: '2026-07-28',
    opening: { id: 1, method: 'server/discover', params: modern },
    list: { id: 2, method: 'tools/list', params: modern },
  },
];

async function listTools(server: ReturnType<typeof startMcpServer>, { opening, list } = eras[0]!) {
  server.send(opening);
  await eventually(() => expect(server.answerTo(1)).toHaveProperty('result'));
  server.send(list);
  await eventually(() => expect(server.answerTo(2)).toHaveProperty('result.tools.0.name', 'evaluate_flag'));
}

describe('the file', () => {
  it('stays small', () => {
    expect(bundle.length).toBeLessThanOrEqual(380_000);
  });

  // Compared outside of `expect`, which would print all of the file.
  it('has no AJV in it', () => {
    expect(bundle.includes('ajv-validator')).toBe(false);
  });
});

describe.each(eras)('a start in the era $era', (era) => {
  it('loads nothing that the first answers do not need', async () => {
    const server = startMcpServer(env({ WHETSTONE_SPY_UNTIL: '2' }), [], ['--import', spy]);
    await listTools(server, era);
    const [, list] = /modules: (\[.*\])/.exec(server.seen.stderr) ?? [];
    const loaded = JSON.parse(list!) as string[];
    expect(loaded).toContain('NativeModule vm');
    for (const name of [
      'crypto',
      'http',
      'https',
      'http2',
      'tls',
      'zlib',
      'internal/deps/undici/undici',
      'perf_hooks',
    ]) {
      expect(loaded).not.toContain(`NativeModule ${name}`);
    }
    server.endInput();
    await server.exited;
  });
});

describe('compiled code', () => {
  const kept = (cacheDir: string) => readdirSync(cacheDir).map((name) => join(cacheDir, name));

  it('is put aside by the first start, readable by its owner alone, and left alone by the second', async () => {
    const cacheDir = join(newStateDir(), 'cache');
    const first = startMcpServer(env({ WHETSTONE_CACHE_DIR: cacheDir }));
    await listTools(first);
    await eventually(() =>
      expect(kept(cacheDir)).toEqual([expect.stringMatching(/code-[0-9a-f]{16}-v[\d.]+-[^/.]+$/)]),
    );
    const [file] = kept(cacheDir);
    const { mode, mtimeMs, ino } = statSync(file!);
    expect(mode & 0o777).toBe(0o600);
    first.endInput();
    expect(await first.exited).toBe(0);

    const second = startMcpServer(env({ WHETSTONE_CACHE_DIR: cacheDir }));
    await listTools(second);
    second.endInput();
    expect(await second.exited).toBe(0);
    expect(statSync(file!)).toMatchObject({ mtimeMs, ino });
  });

  it('is made anew when it is damaged, and the start notices nothing', async () => {
    const cacheDir = join(newStateDir(), 'cache');
    const first = startMcpServer(env({ WHETSTONE_CACHE_DIR: cacheDir }));
    await listTools(first);
    await eventually(() => expect(kept(cacheDir)[0]).not.toMatch(/tmp$|undefined/));
    first.endInput();
    await first.exited;
    const [file] = kept(cacheDir);
    const whole = readFileSync(file!);
    // V8 would take this and die of it.
    const damaged = Buffer.from(whole).fill(0, whole.length >> 2, whole.length >> 1);
    writeFileSync(file!, damaged);

    const second = startMcpServer(env({ WHETSTONE_CACHE_DIR: cacheDir }));
    await listTools(second);
    await eventually(() => expect(readFileSync(file!).equals(damaged)).toBe(false));
    second.endInput();
    expect(await second.exited).toBe(0);
  });

  it('is done without where nothing can be written', async () => {
    const server = startMcpServer(env({ WHETSTONE_CACHE_DIR: '/dev/null/cache' }));
    await listTools(server);
    server.endInput();
    expect(await server.exited).toBe(0);
    expect(server.seen.stderr).toBe('');
  });
});

it('serves a user whom the machine does not know', async () => {
  const { HOME: _, WHETSTONE_STATE_DIR: __, ...nameless } = env();
  const noHome = resolve(import.meta.dirname, '../support/no-home.cjs');
  const server = startMcpServer(nameless, [], ['--require', noHome]);
  await listTools(server);
  server.endInput();
  expect(await server.exited).toBe(0);
  expect(server.seen.stderr).toBe('');
});
