import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { manualClock } from '../support/manual-clock.ts';
import { newReader, newStateDir } from '../support/reader.ts';
import { faults, flagOf, serving, silence, streaming, type Answer } from '../support/scripted-cloud.ts';

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { interval: 2 });

/** A state directory in which a process of the past has left revision 1 of `greeting`. */
async function remembered({ clock = manualClock() } = {}) {
  const past = newReader({ cloud: serving(1, flagOf('greeting')), clock });
  await past.reader.answer('greeting', {});
  await past.reader.close();
  clock.advance(60_000);
  return { stateDir: past.stateDir, path: past.path, clock };
}

describe('with a cloud that has no stream', () => {
  it('answers what the rules say, confirmed', async () => {
    const { reader } = newReader({ cloud: serving(1, flagOf('greeting', { text: 'hi' })) });
    expect(await reader.answer('greeting', { userId: 'kim' })).toEqual({
      key: 'greeting',
      enabled: true,
      variant: 'on',
      value: { text: 'hi' },
      reason: 'STATIC',
      flagVersion: 1,
      metadata: expect.anything(),
      source: 'cloud',
      ageMs: 0,
    });
  });

  it('asks once for many first calls and not at all within the next second', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await Promise.all(Array.from({ length: 20 }, () => reader.answer('greeting', {})));
    clock.advance(999);
    await reader.answer('greeting', {});
    expect(cloud.asked.ruleset).toHaveLength(1);
  });

  it('asks behind the answer once a second has passed, with the ETag, and serves a change from then on', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    cloud.answer = serving(2, { ...flagOf('greeting'), enabled: false, version: 2 });
    clock.advance(1_000);
    expect(await reader.answer('greeting', {})).toMatchObject({ enabled: true, source: 'cloud', ageMs: 1_000 });
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, ageMs: 0 }),
    );
    expect(cloud.asked.ruleset.map((headers) => headers.get('if-none-match'))).toEqual([null, '"p1.1"']);
  });

  it('counts the age from a bare confirmation too', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    clock.advance(3_000);
    await reader.answer('greeting', {});
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cloud', ageMs: 0 }),
    );
    expect(cloud.asked.ruleset).toHaveLength(2);
  });

  it('sends the key as bearer', async () => {
    const { reader, cloud } = newReader({ cloud: serving(1), selector: 'AAAAbbbb1111' });
    await reader.answer('greeting', {});
    expect(cloud.asked.stream[0]?.get('authorization')).toBe('Bearer wsk_AAAAbbbb1111_secret');
  });

  it('does nothing while nobody asks', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    clock.advance(3_600_000);
    expect(cloud.asked.ruleset).toHaveLength(1);
  });

  it('asks before it answers after a rest, so that a switch thrown meanwhile is not missed', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    cloud.answer = serving(2, { ...flagOf('greeting'), enabled: false, version: 2 });
    clock.advance(600_000);
    expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, source: 'cloud', ageMs: 0 });
  });
});

describe.each(faults)('when the cloud $fault', ({ reply, says }) => {
  it('answers the default of a first call at once, says why, and asks no more for a second', async () => {
    const { reader, cloud, clock } = newReader({ cloud: reply });
    const answer = {
      value: 'plan B',
      enabled: true,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
      source: 'default',
    };
    const first = await reader.answer('greeting', {}, { default: 'plan B' });
    expect(first).toMatchObject({ ...answer, degradedReason: expect.stringMatching(says) });
    expect(first).not.toHaveProperty('ageMs');
    const count = cloud.count();
    clock.advance(999);
    await reader.answer('greeting', {});
    expect(cloud.count()).toBe(count);
  });

  it('answers last-known-good from disk, says why and how old, and recovers by itself', async () => {
    const { stateDir, clock } = await remembered();
    const { reader, cloud } = newReader({ cloud: reply, stateDir, clock });
    expect(await reader.answer('greeting', {})).toMatchObject({
      value: true,
      reason: 'STATIC',
      source: 'cache',
      ageMs: 60_000,
      degradedReason: expect.stringMatching(says),
    });
    cloud.answer = serving(2, { ...flagOf('greeting', 'new'), version: 2 });
    clock.advance(2_000);
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ value: 'new', source: 'cloud' }),
    );
  });

  it('stops calling the rules current at once', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    cloud.answer = reply;
    clock.advance(1_000);
    await reader.answer('greeting', {});
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ value: true, source: 'cache' }),
    );
  });
});

describe('when the cloud accepts connections and says nothing', () => {
  it('keeps a first call with nothing on disk for 2 s, and no later one', async () => {
    const { reader, cloud, clock } = newReader({ cloud: silence });
    const first = reader.answer('greeting', {});
    await eventually(() => expect(cloud.asked.stream).toHaveLength(1));
    clock.advance(1_999);
    expect(await Promise.race([first, Promise.resolve('waiting')])).toBe('waiting');
    clock.advance(1);
    const degraded = { source: 'default', degradedReason: expect.stringMatching(/not answered yet.*WHETSTONE_URL/) };
    expect(await first).toMatchObject({ errorCode: 'PROVIDER_NOT_READY', ...degraded });
    expect(await reader.answer('greeting', {})).toMatchObject(degraded);
    clock.advance(8_000);
    await eventually(async () =>
      expect((await reader.answer('greeting', {})).degradedReason).toContain('did not answer in time'),
    );
  });

  it('keeps a first call that the disk can answer for 400 ms, and no later one', async () => {
    const { stateDir, clock } = await remembered();
    const { reader, cloud } = newReader({ cloud: silence, stateDir, clock });
    const first = reader.answer('greeting', {});
    await eventually(() => expect(cloud.asked.stream).toHaveLength(1));
    clock.advance(399);
    expect(await Promise.race([first, Promise.resolve('waiting')])).toBe('waiting');
    clock.advance(1);
    expect(await first).toMatchObject({ value: true, source: 'cache', ageMs: 60_400 });
    expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cache' });
  });

  it('keeps nobody who comes when that time is over since the server began to load', async () => {
    const { stateDir, clock } = await remembered();
    const { reader, cloud } = newReader({ cloud: silence, stateDir, clock });
    reader.warmUp();
    await eventually(() => expect(cloud.asked.stream).toHaveLength(1));
    clock.advance(400);
    expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cache' });
  });

  it('keeps one call after a rest for 400 ms, calls its answer last-known-good, and keeps no later one', async () => {
    const { reader, cloud, clock } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    cloud.answer = silence;
    clock.advance(200_000);
    const rested = reader.answer('greeting', {});
    await eventually(() => expect(cloud.asked.ruleset).toHaveLength(2));
    clock.advance(400);
    expect(await rested).toMatchObject({
      source: 'cache',
      ageMs: 200_400,
      degradedReason: expect.stringMatching(/3 min ago.*not answered yet/),
    });
    clock.advance(9_600);
    await eventually(async () => expect((await reader.answer('greeting', {})).degradedReason).toContain('in time'));
    clock.advance(60_000);
    expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cache' });
  });

  it('takes the rules of a cloud that needs 5 s, and keeps nobody meanwhile', async () => {
    const clock = manualClock();
    const { answer } = streaming(1, flagOf('greeting'));
    const slow: Answer = async (request) => {
      await new Promise<void>((passed) => clock.after(5_000, passed));
      return answer(request);
    };
    const { reader, cloud } = newReader({ cloud: slow, clock });
    const first = reader.answer('greeting', {});
    await eventually(() => expect(cloud.asked.stream).toHaveLength(1));
    clock.advance(2_000);
    expect(await first).toMatchObject({ source: 'default' });
    clock.advance(3_000);
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cloud' }));
  });
});

describe('after failures', () => {
  it('backs off, so that a dead cloud costs nothing per call', async () => {
    const { reader, cloud, clock } = newReader({ cloud: faults[0]!.reply });
    for (let i = 0; i < 1_000; i++) {
      await reader.answer('greeting', {});
      clock.advance(0.9);
    }
    expect(cloud.count()).toBe(1);
  });

  it('sends one probe when the pause is over, by itself, and closes again on its success', async () => {
    const { reader, cloud, clock } = newReader({ cloud: faults[0]!.reply });
    await reader.answer('greeting', {});
    cloud.answer = silence;
    clock.advance(1_000);
    await eventually(() => expect(cloud.count()).toBe(2));
    for (let i = 0; i < 50; i++) expect(await reader.answer('greeting', {})).toMatchObject({ source: 'default' });
    expect(cloud.count()).toBe(2);
    cloud.answer = streaming(1, flagOf('greeting')).answer;
    clock.advance(10_000);
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ source: 'default' }));
    clock.advance(30_000);
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cloud' }));
  });

  it('waits as long as the server asks', async () => {
    const busy: Answer = async () => new Response('', { status: 429, headers: { 'retry-after': '20' } });
    const { reader, cloud, clock } = newReader({ cloud: busy });
    await reader.answer('greeting', {});
    clock.advance(19_999);
    await reader.answer('greeting', {});
    expect(cloud.count()).toBe(1);
    clock.advance(1);
    await eventually(() => expect(cloud.count()).toBe(2));
  });
});

describe('a caller that gives up', () => {
  it('is answered at once, and ends the request when nobody else waits for it', async () => {
    const { reader, cloud } = newReader({ cloud: silence });
    const requests: AbortSignal[] = [];
    cloud.answer = (request) => {
      requests.push(request.signal);
      return silence(request);
    };
    const [one, other] = [new AbortController(), new AbortController()];
    const first = reader.answer('greeting', {}, { signal: one.signal });
    const second = reader.answer('greeting', {}, { signal: other.signal, default: 'plan B' });
    await eventually(() => expect(requests).toHaveLength(1));
    one.abort();
    expect(await first).toMatchObject({ source: 'default', errorCode: 'PROVIDER_NOT_READY' });
    expect(requests[0]?.aborted).toBe(false);
    other.abort();
    expect(await second).toMatchObject({ value: 'plan B', source: 'default' });
    expect(requests[0]?.aborted).toBe(true);
  });

  it('leaves the next one a fresh first look', async () => {
    const { reader, cloud } = newReader({ cloud: silence });
    const giveUp = new AbortController();
    const first = reader.answer('greeting', {}, { signal: giveUp.signal });
    await eventually(() => expect(cloud.count()).toBe(1));
    giveUp.abort();
    await first;
    cloud.answer = streaming(1, flagOf('greeting')).answer;
    expect(await reader.answer('greeting', {})).toMatchObject({ value: true, source: 'cloud' });
  });

  it('does not take the request from one who never gives up', async () => {
    const { reader, cloud, clock } = newReader({ cloud: silence });
    let request: AbortSignal | undefined;
    cloud.answer = (asked) => silence({ ...asked, signal: (request = asked.signal) });
    const giveUp = new AbortController();
    void reader.answer('greeting', {}, { signal: giveUp.signal });
    const patient = reader.answer('greeting', {});
    await eventually(() => expect(request).toBeDefined());
    giveUp.abort();
    await Promise.resolve();
    expect(request?.aborted).toBe(false);
    clock.advance(2_000);
    expect(await patient).toMatchObject({ source: 'default' });
  });

  it("does not end an attempt that is made on nobody's behalf, such as to take a stream up again", async () => {
    const server = streaming(1, flagOf('greeting'));
    const { reader, cloud, clock } = newReader({ cloud: server.answer });
    await reader.answer('greeting', {});
    let request: AbortSignal | undefined;
    cloud.answer = (asked) => silence({ ...asked, signal: (request = asked.signal) });
    clock.advance(6_000);
    server.drop();
    await new Promise((passed) => setImmediate(passed));
    clock.advance(1_000);
    await eventually(() => expect(request).toBeDefined());
    await reader.answer('greeting', {}, { signal: AbortSignal.abort() });
    expect(request?.aborted).toBe(false);
  });

  it('has the state of things at once, too', async () => {
    const { reader } = newReader({ cloud: silence });
    expect(await reader.status(AbortSignal.abort())).toMatchObject({ source: 'default', reachable: null });
  });
});

describe('on disk', () => {
  it('keeps two keys that share a directory apart, and no secret', async () => {
    const { stateDir, path } = await remembered();
    const other = newReader({ cloud: faults[0]!.reply, stateDir, selector: 'otherKey9999' });
    expect(await other.reader.answer('greeting', {})).toMatchObject({ source: 'default' });
    expect(readFileSync(path, 'utf8')).not.toMatch(/wsk_|secret|selector1234/);
  });

  it.each(['', '{"format":1', '{"format":1,"document":{"flags":7},"confirmedAtMs":1}', '{"format":9}'])(
    'ignores a ruleset that says %j, and tells',
    async (text) => {
      const { stateDir, path, clock } = await remembered();
      writeFileSync(path, text);
      const { reader } = newReader({ cloud: faults[0]!.reply, stateDir, clock });
      expect(await reader.answer('greeting', {})).toMatchObject({ source: 'default' });
      expect((await reader.status()).storeProblem).toMatch(/ignored/);
    },
  );

  it('answers all the same when nothing can be written, and tells', async () => {
    const blocked = `${newStateDir()}/file`;
    writeFileSync(blocked, '');
    const { reader } = newReader({ cloud: serving(1, flagOf('greeting')), stateDir: blocked });
    expect(await reader.answer('greeting', {})).toMatchObject({ value: true, source: 'cloud' });
    await eventually(async () => expect((await reader.status()).storeProblem).toMatch(/cannot be/));
  });

  it('writes a confirmation down now and then, so that the next process knows the age', async () => {
    const { reader, clock, stateDir } = newReader({ cloud: serving(1, flagOf('greeting')) });
    await reader.answer('greeting', {});
    for (let i = 0; i < 30; i++) {
      clock.advance(1_000);
      await reader.answer('greeting', {});
      await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ ageMs: 0 }));
    }
    await reader.close();
    const next = newReader({ cloud: faults[0]!.reply, stateDir, clock });
    const { ageMs } = await next.reader.answer('greeting', {});
    expect(ageMs).toBeLessThanOrEqual(10_000);
  });

  it('does not call the confirmation of another process current', async () => {
    const { stateDir, clock } = newReader();
    const other = newReader({ cloud: serving(1, flagOf('greeting')), stateDir, clock });
    await other.reader.answer('greeting', {});
    await other.reader.close();
    const { reader, cloud } = newReader({ cloud: silence, stateDir, clock });
    const answer = reader.answer('greeting', {});
    await eventually(() => expect(cloud.count()).toBe(1));
    clock.advance(400);
    expect(await answer).toMatchObject({ source: 'cache', ageMs: 400 });
  });
});

describe('the value when no flag decides', () => {
  const cloud = serving(1, flagOf('greeting'));

  it('is what the caller gives, then what the defaults file gives, then false', async () => {
    const { reader } = newReader({ cloud, defaults: { nosuch: 'from the file' } });
    expect(await reader.answer('nosuch', {}, { default: 'given' })).toMatchObject({ value: 'given', enabled: true });
    expect(await reader.answer('nosuch', {})).toMatchObject({ value: 'from the file', enabled: true });
    expect(await reader.answer('neither', {})).toMatchObject({ value: false, enabled: false });
  });

  it('comes with the name of the unknown flag', async () => {
    const { reader } = newReader({ cloud });
    const answer = await reader.answer('nosuch', {});
    expect(answer).toMatchObject({ source: 'default', reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
    expect(answer.degradedReason).toBe('No flag is called "nosuch".');
  });

  it("is the caller's when the flag serves another type, unless the caller takes any", async () => {
    const { reader } = newReader({ cloud });
    expect(await reader.answer('greeting', {}, { default: 'text' })).toMatchObject({
      value: 'text',
      errorCode: 'TYPE_MISMATCH',
      source: 'default',
      degradedReason: '"greeting" serves a boolean, but the default is a string.',
    });
    expect(await reader.answer('greeting', {}, { default: 'text', anyType: true })).toMatchObject({ value: true });
    expect(await reader.answer('greeting', {}, { default: null })).toMatchObject({ value: true });
    expect(await reader.answer('greeting', {}, { default: false })).toMatchObject({ value: true });
  });

  it('is used for a flag that only a newer version can read, and says so', async () => {
    const { reader } = newReader({ cloud: serving(1, { key: 'future', variants: 'of another kind' }) });
    expect(await reader.answer('future', {})).toMatchObject({
      errorCode: 'PARSE_ERROR',
      source: 'default',
      degradedReason: expect.stringContaining('update it'),
    });
  });
});

describe('told not to ask', () => {
  it('answers from disk without a request', async () => {
    const { stateDir, clock } = await remembered();
    const { reader, cloud } = newReader({ cloud: serving(2), stateDir, clock, obstacle: 'WHETSTONE_OFFLINE is set' });
    expect(await reader.answer('greeting', {})).toMatchObject({
      source: 'cache',
      degradedReason: expect.stringContaining('WHETSTONE_OFFLINE'),
    });
    expect(await reader.status()).toMatchObject({ reachable: null });
    expect(cloud.count()).toBe(0);
  });
});

describe('the status', () => {
  it('asks the cloud even in a pause after failures', async () => {
    const { reader, cloud } = newReader({ cloud: faults[0]!.reply });
    await reader.answer('greeting', {});
    cloud.answer = serving(4, flagOf('greeting'));
    expect(await reader.status()).toMatchObject({ source: 'cloud', reachable: true, lastError: undefined });
  });

  it('tells a server that refuses from one that is not there', async () => {
    const status = async (fault: string) =>
      newReader({ cloud: faults.find((f) => f.fault === fault)!.reply }).reader.status();
    expect(await status('refuses the key')).toMatchObject({
      reachable: true,
      lastError: expect.stringContaining('401'),
    });
    expect(await status('refuses connections')).toMatchObject({ reachable: false });
  });
});

it('ends a request under way when it is closed', async () => {
  const { reader, cloud } = newReader({ cloud: silence });
  const answer = reader.answer('greeting', {});
  await eventually(() => expect(cloud.count()).toBe(1));
  await reader.close();
  expect(await answer).toMatchObject({ source: 'default' });
});
