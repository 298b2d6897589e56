import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatApiKey } from '@whetstone/shared/keys';
import { describe, expect, it } from 'vitest';
import { createWhetstone } from '../../src/cloud-client.ts';
import { readConfig, type Environment } from '../../src/config.ts';
import { flagFunctions } from '../../src/flag-functions.ts';
import { openFlags } from '../../src/offline/open-flags.ts';
import { newStateDir } from '../support/reader.ts';
import { faults, flagOf, scriptedCloud, serving, silence, type Answer } from '../support/scripted-cloud.ts';

const apiKey = formatApiKey({ selector: 'AAAAbbbb1111', secret: 's'.repeat(32) });
const healthy = serving(1, flagOf('on'), flagOf('text', 'v2'), { ...flagOf('never'), enabled: false });
const dead = faults[0]!.reply;

function newInstance({ cloud = healthy, env = {} }: { cloud?: Answer; env?: Environment } = {}) {
  const homeDir = newStateDir();
  const config = readConfig({ WHETSTONE_API_KEY: apiKey, ...env }, { platform: 'linux', homeDir });
  const { transport } = scriptedCloud(cloud);
  return flagFunctions(openFlags(config, { transport }), { close: async () => undefined });
}

describe('evaluateFlag', () => {
  it('is a boolean that an if may trust', async () => {
    const whetstone = newInstance();
    expect(await whetstone.evaluateFlag('on', { userId: 'kim' })).toBe(true);
    expect(await whetstone.evaluateFlag('never', { userId: 'kim' }, true)).toBe(false);
    expect(await whetstone.evaluateFlag('text')).toBe(true);
    expect(await whetstone.evaluateFlag('nosuch')).toBe(false);
    expect(await whetstone.evaluateFlag('nosuch', {}, true)).toBe(true);
  });

  it('takes a context of which little is known', async () => {
    expect(await newInstance().evaluateFlag('on', { userId: undefined })).toBe(true);
  });

  it('takes null for a context and for options, as programs without types write it', async () => {
    const none = null as unknown as undefined;
    expect(await newInstance().evaluateFlag('on', none, undefined, none)).toBe(true);
    expect(await newInstance().evaluateFlagDetails('on', none, undefined, none)).toMatchObject({ value: true });
    expect(await newInstance().status(none)).toMatchObject({ ready: true });
  });

  it('does not throw because the cloud, the key or the address is bad', async () => {
    expect(await newInstance({ cloud: dead }).evaluateFlag('on', {}, true)).toBe(true);
    expect(await newInstance({ env: { WHETSTONE_API_KEY: 'nonsense' } }).evaluateFlag('on')).toBe(false);
    expect(await newInstance({ env: { WHETSTONE_URL: 'nonsense' } }).evaluateFlag('on')).toBe(false);
  });
});

describe('evaluateFlagDetails', () => {
  it('says where the value comes from', async () => {
    expect(await newInstance().evaluateFlagDetails('text', {}, 'v1')).toMatchObject({
      value: 'v2',
      source: 'cloud',
      ageMs: expect.any(Number),
    });
  });

  it('does not hand out a value of another type than asked for', async () => {
    expect(await newInstance().evaluateFlagDetails('text', {}, 5)).toMatchObject({
      value: 5,
      errorCode: 'TYPE_MISMATCH',
    });
  });

  it('falls back on the defaults file, and names one that cannot be read', async () => {
    const defaultsFile = join(newStateDir(), 'defaults.json');
    writeFileSync(defaultsFile, '{"flags": {"on": "plan B"}, "model": "any"}');
    const options = { cloud: dead, env: { WHETSTONE_DEFAULTS: defaultsFile } };
    expect(await newInstance(options).evaluateFlagDetails('on')).toMatchObject({ value: 'plan B', source: 'default' });
    writeFileSync(defaultsFile, '{"flags":');
    const { degradedReason } = await newInstance(options).evaluateFlagDetails('on');
    expect(degradedReason).toMatch(/refuses connections.*WHETSTONE_DEFAULTS/);
  });
});

describe('status', () => {
  it('tells ready from not ready, and what is wrong', async () => {
    expect(await newInstance().status()).toEqual({
      ready: true,
      source: 'cloud',
      ageMs: expect.any(Number),
      revision: 1,
      problems: [],
    });
    expect(await newInstance({ cloud: dead, env: { WHETSTONE_DEFAULTS: '/nosuch' } }).status()).toEqual({
      ready: false,
      source: 'default',
      degradedReason: expect.stringContaining('refuses connections'),
      problems: [expect.stringContaining('WHETSTONE_DEFAULTS')],
    });
  });
});

it('waits no longer for a server than its caller does', async () => {
  const whetstone = newInstance({ cloud: silence });
  const options = { signal: AbortSignal.abort() };
  expect(await whetstone.evaluateFlag('on', {}, true, options)).toBe(true);
  expect(await whetstone.evaluateFlagDetails('on', {}, 'plan B', options)).toMatchObject({ value: 'plan B' });
  expect(await whetstone.status(options)).toMatchObject({ ready: false });
  await whetstone.close();
});

it('takes options over the environment', async () => {
  const offline = { apiKey, url: 'http://cloud.test', stateDir: newStateDir(), offline: true };
  expect(await createWhetstone(offline).evaluateFlagDetails('on')).toMatchObject({
    source: 'default',
    degradedReason: expect.stringContaining('WHETSTONE_OFFLINE'),
  });
  const { degradedReason } = await createWhetstone({ ...offline, apiKey: 'nonsense' }).evaluateFlagDetails('on');
  expect(degradedReason).toContain('WHETSTONE_API_KEY');
});
