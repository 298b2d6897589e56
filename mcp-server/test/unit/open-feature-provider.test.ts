import { OpenFeature, ProviderEvents, type EventDetails, type JsonValue, type Provider } from '@openfeature/server-sdk';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openFeatureProvider } from '../../src/cloud-client.ts';
import { flagFunctions } from '../../src/flag-functions.ts';
import { manualClock } from '../support/manual-clock.ts';
import { newReader } from '../support/reader.ts';
import { faults, flagOf, serving, streaming, type Answer } from '../support/scripted-cloud.ts';

const dead = faults[0]!.reply;
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { interval: 2 });

/** The SDK as a program has it, over a reader whose cloud and time the test holds in its hands. */
function program(cloud: Answer, parts: { stateDir?: string; clock?: ReturnType<typeof manualClock> } = {}) {
  const exposed: unknown[] = [];
  const {
    reader,
    clock,
    stateDir,
    cloud: scripted,
  } = newReader({ cloud, expose: (...of) => exposed.push(of), ...parts });
  const instance = flagFunctions(reader, { close: async () => undefined });
  // Fits by its types as they are: no cast.
  const provider: Provider = openFeatureProvider(instance);
  const domain = randomUUID();
  const client = OpenFeature.getClient(domain);
  const told: [string, EventDetails | undefined][] = [];
  for (const event of [
    ProviderEvents.Ready,
    ProviderEvents.Stale,
    ProviderEvents.ConfigurationChanged,
    ProviderEvents.Error,
  ]) {
    client.addHandler(event, (details) => void told.push([event, details]));
  }
  const names = () => told.map(([event]) => event);
  const start = () => OpenFeature.setProviderAndWait(domain, provider);
  return { client, start, told, names, clock, stateDir, exposed, cloud: scripted, instance };
}

afterAll(() => OpenFeature.close());

describe('the OpenFeature provider', () => {
  const flags = [
    flagOf('boolean'),
    flagOf('text', 'large'),
    flagOf('number', 0.5),
    flagOf('object', { model: 'm' }),
    flagOf('list', ['a']),
    flagOf('nothing', null),
    { ...flagOf('disabled'), enabled: false },
    {
      ...flagOf('ruled'),
      rules: [
        {
          id: 'paying',
          when: [
            { attribute: 'plan', op: 'in', values: ['pro'] },
            { attribute: 'since', op: 'before', values: ['2026-01-01'] },
            { attribute: 'orgId', op: 'in', values: ['7'] },
          ],
          serve: { split: [{ variant: 'on', weight: 1 }], coverage: 50, otherwise: 'off' },
        },
      ],
      fallthrough: { variant: 'off' },
    },
    { ...flagOf('by-repo'), fallthrough: { split: [{ variant: 'on', weight: 1 }], by: 'repoId' } },
  ];

  it('serves every type with variant, reason and metadata', async () => {
    const { client, start } = program(serving(1, ...flags));
    await start();
    expect(await client.getBooleanDetails('boolean', false)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { flagVersion: 1, rolloutPercentage: 100, source: 'cloud', ageMs: 0 },
    });
    expect(await client.getStringValue('text', '')).toBe('large');
    expect(await client.getNumberValue('number', 1)).toBe(0.5);
    expect(await client.getObjectValue('object', {})).toEqual({ model: 'm' });
    expect(await client.getObjectValue('list', [] as JsonValue)).toEqual(['a']);
    expect(await client.getObjectValue('list', {} as JsonValue)).toEqual(['a']);
    expect(await client.getBooleanDetails('disabled', true)).toMatchObject({ value: false, reason: 'DISABLED' });
  });

  it('reads the context as OpenFeature has it: first-class names, other attributes, dates, numbers', async () => {
    const { client, start } = program(serving(1, ...flags));
    await start();
    const context = { targetingKey: 'alice', plan: 'pro', since: new Date('2025-01-01'), orgId: 7 };
    expect(await client.getBooleanDetails('ruled', true, context)).toMatchObject({
      reason: 'SPLIT',
      flagMetadata: { ruleId: 'paying', bucket: expect.any(Number), rolloutPercentage: 50 },
    });
    expect(await client.getBooleanDetails('ruled', true, { ...context, plan: 'free' })).toMatchObject({
      value: false,
      reason: 'DEFAULT',
    });
  });

  it('leaves the program its default where no flag decides, says why, and counts no exposure', async () => {
    const { client, start, exposed } = program(serving(1, ...flags));
    await start();
    expect(await client.getBooleanDetails('nosuch', true)).toMatchObject({
      value: true,
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
      flagMetadata: { source: 'default', degradedReason: expect.stringContaining('nosuch') },
    });
    expect(await client.getStringDetails('boolean', 'd')).toMatchObject({ value: 'd', errorCode: 'TYPE_MISMATCH' });
    expect(exposed).toEqual([]);
    expect(await client.getObjectDetails('text', { a: 1 })).toMatchObject({
      value: { a: 1 },
      errorCode: 'TYPE_MISMATCH',
    });
    expect(await client.getObjectDetails('nothing', { a: 1 })).toMatchObject({ errorCode: 'TYPE_MISMATCH' });
    expect(await client.getBooleanDetails('by-repo', true, { targetingKey: 'a' })).toMatchObject({
      value: true,
      errorCode: 'TARGETING_KEY_MISSING',
    });
  });

  it('with the cloud dead and nothing known is in error, serves defaults, and is ready once the cloud is there', async () => {
    const { client, start, names, cloud, clock } = program(dead);
    await expect(start()).rejects.toThrow(/refuses connections/);
    expect(names()).toEqual(['PROVIDER_ERROR']);
    expect(await client.getBooleanDetails('boolean', true)).toMatchObject({
      value: true,
      errorCode: 'PROVIDER_NOT_READY',
      flagMetadata: { source: 'default' },
    });
    cloud.answer = serving(1, ...flags);
    clock.advance(60_000);
    await eventually(() => (clock.advance(1_000), expect(names()).toContain('PROVIDER_READY')));
    expect(await client.getBooleanDetails('boolean', false)).toMatchObject({ value: true, reason: 'STATIC' });
  });

  it('with the cloud dead answers by the rules it knew, with their own reason, and says that it is stale', async () => {
    const before = program(serving(1, ...flags));
    await before.start();
    await before.instance.close();
    const { stateDir, clock } = before;
    clock.advance(3_600_000);
    const { client, start, told } = program(dead, { stateDir, clock });
    await start();
    await eventually(() => expect(told.map(([event]) => event)).toEqual(['PROVIDER_READY', 'PROVIDER_STALE']));
    expect(told[1]![1]).toMatchObject({ message: expect.stringContaining('refuses connections') });
    expect(client.providerStatus).toBe('STALE');
    expect(await client.getStringDetails('text', '')).toMatchObject({
      value: 'large',
      reason: 'STATIC',
      flagMetadata: { source: 'cache', ageMs: 3_600_000, degradedReason: expect.stringContaining('1 h ago') },
    });
  });

  it('tells what changed, when the stream breaks off, and when it is there again', async () => {
    const stream = streaming(1, ...flags);
    const { client, start, told, names, clock, cloud } = program(stream.answer);
    await start();
    stream.put({ ...flagOf('text', 'small'), version: 2 } as { key: string });
    await eventually(() => (clock.advance(50), expect(names()).toContain('PROVIDER_CONFIGURATION_CHANGED')));
    expect(told.at(-1)![1]).toMatchObject({ flagsChanged: ['text'] });
    expect(await client.getStringValue('text', '')).toBe('small');
    cloud.answer = dead;
    stream.drop();
    await eventually(() => (clock.advance(100), expect(client.providerStatus).toBe('STALE')));
    cloud.answer = streaming(2, ...flags).answer;
    await eventually(() => (clock.advance(1_000), expect(client.providerStatus).toBe('READY')));
    expect(names().filter((event) => event === 'PROVIDER_READY')).toHaveLength(2);
  });

  it('tells nothing more once it is closed, and leaves the instance to its owner', async () => {
    const stream = streaming(1, ...flags);
    const { reader } = newReader({ cloud: stream.answer });
    const instance = flagFunctions(reader, { close: async () => undefined });
    const provider = openFeatureProvider(instance);
    const told: unknown[] = [];
    provider.events.addHandler('PROVIDER_CONFIGURATION_CHANGED', (details) => told.push(details));
    await provider.initialize();
    await provider.onClose();
    expect(await instance.evaluateFlag('boolean')).toBe(true);
    expect(told).toEqual([]);
  });
});
