import { formatApiKey } from '@whetstone/shared/keys';
import { describe, expect, it } from 'vitest';
import { cacheDirFromEnvironment, readConfig, type Environment } from '../../src/config.ts';
import { defaultCacheDir } from '../../src/state-dir.ts';

const apiKey = formatApiKey({ selector: 'AAAAbbbb1111', secret: 's'.repeat(32) });
const read = (env: Environment, platform: NodeJS.Platform = 'linux') =>
  readConfig(env, { platform, homeDir: '/home/kim' });

describe('the configuration', () => {
  it('asks the local server when only a key is given', () => {
    expect(read({ WHETSTONE_API_KEY: apiKey })).toEqual({
      url: 'http://127.0.0.1:8787',
      origin: { url: 'http://127.0.0.1:8787', apiKey, selector: 'AAAAbbbb1111' },
      obstacle: undefined,
      obstacles: {},
      proxy: undefined,
      stateDir: '/home/kim/.local/state/whetstone',
      cacheDir: '/home/kim/.cache/whetstone',
      defaultsFile: undefined,
      tracksExposures: true,
      toolsets: new Set(),
      unknownToolsets: [],
    });
  });

  it('takes toolsets by name and keeps the names it does not know', () => {
    expect(read({ WHETSTONE_TOOLSETS: 'admin, evals' })).toMatchObject({
      toolsets: new Set(['admin']),
      unknownToolsets: ['evals'],
    });
  });

  it.each(['1', 'true', 'TRUE'])('tells nobody what was served when DO_NOT_TRACK is %j', (text) => {
    expect(read({ DO_NOT_TRACK: text }).tracksExposures).toBe(false);
    expect(read({ DO_NOT_TRACK: '0' }).tracksExposures).toBe(true);
  });

  it.each<[string, Environment, RegExp]>([
    ['no key', {}, /WHETSTONE_API_KEY is not set/],
    ['a cut key', { WHETSTONE_API_KEY: apiKey.slice(0, -1) }, /WHETSTONE_API_KEY is not a whole key/],
    ['a mistyped key', { WHETSTONE_API_KEY: apiKey.replace('bbbb', 'bbbc') }, /checksum/],
    ['no address', { WHETSTONE_API_KEY: apiKey, WHETSTONE_URL: 'localhost:8787' }, /WHETSTONE_URL/],
    ['an address of another kind', { WHETSTONE_API_KEY: apiKey, WHETSTONE_URL: 'ftp://x' }, /WHETSTONE_URL/],
    ['a password in the address', { WHETSTONE_API_KEY: apiKey, WHETSTONE_URL: 'http://a:b@x' }, /WHETSTONE_URL/],
  ])('names the variable instead of stopping: %s', (_case, env, words) => {
    const config = read(env);
    expect(config.origin).toBeUndefined();
    expect(config.obstacle).toMatch(words);
    expect(JSON.stringify(config)).not.toContain('a:b@');
  });

  it('keeps what is cached usable offline', () => {
    const config = read({ WHETSTONE_API_KEY: apiKey, WHETSTONE_OFFLINE: '1' });
    expect(config).toMatchObject({
      origin: { selector: 'AAAAbbbb1111' },
      obstacle: expect.stringContaining('WHETSTONE_OFFLINE'),
    });
    expect(read({ WHETSTONE_API_KEY: apiKey, WHETSTONE_OFFLINE: '0' }).obstacle).toBeUndefined();
  });

  it('goes through the proxy that the environment names for the server, and says which name is wrong', () => {
    const env = { WHETSTONE_API_KEY: apiKey, WHETSTONE_URL: 'https://whetstone.acme.dev' };
    const config = read({ ...env, HTTPS_PROXY: 'http://kim:geheim@proxy.acme.dev:3128' });
    expect(config).toMatchObject({ obstacle: undefined, proxy: { url: 'http://proxy.acme.dev:3128', port: 3128 } });
    expect(read({ ...env, HTTPS_PROXY: 'http://proxy.acme.dev', NO_PROXY: 'acme.dev' }).proxy).toBeUndefined();
    const bad = read({ ...env, HTTPS_PROXY: 'socks5://kim:geheim@proxy.acme.dev' });
    expect(bad.obstacle).toMatch(/HTTPS_PROXY is not the address of an http or https proxy/);
    expect(bad.obstacle).not.toContain('geheim');
  });

  it.each([
    ['https://whetstone.acme.dev/', 'https://whetstone.acme.dev'],
    ['https://acme.dev/whetstone//', 'https://acme.dev/whetstone'],
    [' http://x:1?a=b#c ', 'http://x:1'],
  ])('takes the address %s as %s', (given, url) => {
    expect(read({ WHETSTONE_API_KEY: apiKey, WHETSTONE_URL: given }).origin?.url).toBe(url);
  });

  it.each<[NodeJS.Platform, Environment, string]>([
    ['linux', { XDG_STATE_HOME: '/xdg' }, '/xdg/whetstone'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/kim/.local/state/whetstone'],
    ['darwin', { XDG_STATE_HOME: '/xdg' }, '/home/kim/Library/Application Support/whetstone'],
    ['win32', { LOCALAPPDATA: 'C:\\Users\\kim\\AppData\\Local' }, 'C:\\Users\\kim\\AppData\\Local\\whetstone'],
    ['linux', { XDG_STATE_HOME: '/xdg', WHETSTONE_STATE_DIR: '/mine' }, '/mine'],
  ])('keeps state where %s keeps it, %o', (platform, env, stateDir) => {
    expect(read(env, platform).stateDir).toBe(stateDir);
  });
});

it.each([
  ['linux', {}, '/home/kim/.cache/whetstone'],
  ['linux', { XDG_CACHE_HOME: '/fast' }, '/fast/whetstone'],
  ['linux', { XDG_CACHE_HOME: 'not/absolute' }, '/home/kim/.cache/whetstone'],
  ['darwin', {}, '/home/kim/Library/Caches/whetstone'],
  ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\whetstone\\cache'],
] as const)('keeps compiled code on %s with %j in %s', (platform, env, directory) => {
  expect(defaultCacheDir(env, { platform, homeDir: '/home/kim' })).toBe(directory);
});

it('keeps compiled code where it is told to', () => {
  expect(cacheDirFromEnvironment({ WHETSTONE_CACHE_DIR: ' /elsewhere ' })).toBe('/elsewhere');
});
