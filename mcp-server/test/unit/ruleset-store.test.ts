import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partitionOf, rulesetStore } from '../../src/offline/ruleset-store.ts';
import { newStateDir } from '../support/reader.ts';

const storedAt = (revision: number, flags: unknown[] = []) => ({
  document: { revision, flags },
  etag: `"p1.${revision}"`,
  confirmedAtMs: 1_772_355_600_000,
});
const stored = storedAt(3);

function newStore(directory = join(newStateDir(), 'deep', 'partition')) {
  return { store: rulesetStore(directory), path: join(directory, 'ruleset-3.json'), directory };
}

/** A directory in which a process of the past has left revision 3. */
async function written() {
  const past = newStore();
  await past.store.write(stored);
  return past;
}

describe('the ruleset on disk', () => {
  it('comes back as it was written, for its owner only', async () => {
    const { store, path, directory } = newStore();
    expect(await store.write(stored)).toBeUndefined();
    expect(await store.read()).toEqual({ stored });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('is simply not there at first', async () => {
    expect(await newStore().store.read()).toEqual({});
  });

  it('is replaced by the next one, and nothing is left lying about', async () => {
    const { store, directory } = await written();
    await store.write(storedAt(4));
    expect(await store.read()).toEqual({ stored: storedAt(4) });
    expect(readdirSync(directory)).toEqual(['ruleset-4.json']);
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"format":1,"confirmedAtMs":17723'],
    ['not an object', '[]\n[]\n'],
    ['without its checksum', '{"format":1,"confirmedAtMs":1}\n{"revision":3,"flags":[]}\n'],
  ])('is set aside to be looked at, and said to be, when %s', async (_case, text) => {
    const { store, path, directory } = await written();
    writeFileSync(path, text);
    const { stored: read, problem } = await store.read();
    expect(read).toBeUndefined();
    expect(problem).toContain(`${path} is damaged and was ignored; it is kept as ${path}`);
    const [kept] = readdirSync(directory);
    expect(readFileSync(join(directory, kept!), 'utf8')).toBe(text);
    expect(await store.write(stored)).toBeUndefined();
    expect(await store.read()).toEqual({ stored });
  });

  it('is the one before when the newest is damaged', async () => {
    const { directory, path } = await written();
    writeFileSync(join(directory, 'ruleset-4.json'), readFileSync(path, 'utf8').slice(0, -5));
    const { stored: read, problem } = await newStore(directory).store.read();
    expect(read).toEqual(stored);
    expect(problem).toContain('ruleset-4.json is damaged');
  });

  it('keeps no more than three damaged files', async () => {
    const { store, path, directory } = await written();
    for (let i = 0; i < 6; i++) {
      writeFileSync(path, 'garbage');
      await store.read();
    }
    expect(readdirSync(directory)).toHaveLength(3);
  });

  it.each([2, 3, 4])('is left as it is when a newer version has written it, here as revision %i', async (revision) => {
    const { directory } = newStore();
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `ruleset-${revision}.json`);
    const text = '{"format":2,"packed":"..."}';
    writeFileSync(path, text);
    const { store } = newStore(directory);
    const words = new RegExp(`${path} has format 2, of a newer whetstone-mcp.*Update`);
    expect((await store.read()).problem).toMatch(words);
    expect(await store.write(stored)).toMatch(words);
    expect(readdirSync(directory)).toEqual([`ruleset-${revision}.json`]);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('never throws and never comes back other than it was, whatever byte is turned', async () => {
    const flags = [{ key: 'greeting', variants: { on: 'hello', off: false }, version: 1 }];
    const { path, directory, store } = newStore();
    await store.write(storedAt(3, flags));
    const good = readFileSync(path);
    for (let seed = 0; seed < 1_000; seed++) {
      const bytes = Buffer.from(good);
      bytes[(seed * 7919) % bytes.length]! ^= 1 + (seed % 255);
      writeFileSync(path, bytes);
      const { stored: read, problem } = await newStore(directory).store.read();
      // JSON has room for a few turns that change nothing, such as a blank for a line's end.
      if (read) expect(read).toEqual(storedAt(3, flags));
      else expect(problem).toContain('was ignored');
    }
  }, 30_000);
});

describe('several processes on one directory', () => {
  it('never go back to an older revision, however slow one of them is', async () => {
    const { directory, store: slow } = await written();
    const fast = newStore(directory).store;
    await fast.write(storedAt(7));
    expect(await slow.write(storedAt(5))).toBeUndefined();
    expect(await newStore(directory).store.read()).toEqual({ stored: storedAt(7) });
  });

  it('end at the newest revision when all write at once, and every reading in between is whole', async () => {
    const { directory } = await written();
    const big = (n: number) => storedAt(n, Array(500).fill({ key: `k${n}` }));
    const revisions = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 4);
    const writing = Promise.all(revisions.map((n) => newStore(directory).store.write(big(n))));
    for (let i = 0; i < 50; i++) {
      const { stored: read, problem } = await newStore(directory).store.read();
      expect(problem).toBeUndefined();
      expect(read?.document.flags.length).toBe(read?.document.revision === 3 ? 0 : 500);
    }
    expect(await writing).toEqual(Array(20).fill(undefined));
    expect(await newStore(directory).store.read()).toEqual({ stored: big(23) });
  });

  it('follow the cloud back when it has itself gone back, as after a restore', async () => {
    const { directory } = await written();
    const { store } = newStore(directory);
    await store.read();
    await store.write(storedAt(1));
    expect(await newStore(directory).store.read()).toEqual({ stored: storedAt(1) });
  });

  it('clean up after one that was killed while it wrote, and leave one alone that is writing', async () => {
    const { store, directory } = await written();
    for (const name of ['old', 'new']) writeFileSync(join(directory, `ruleset-3.json.${name}.tmp`), 'half');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(directory, 'ruleset-3.json.old.tmp'), anHourAgo, anHourAgo);
    await store.write(storedAt(4));
    expect(readdirSync(directory).sort()).toEqual(['ruleset-3.json.new.tmp', 'ruleset-4.json']);
  });
});

describe('a directory that cannot be used', () => {
  it('is named when it cannot be made', async () => {
    const file = join(newStateDir(), 'a-file');
    writeFileSync(file, '');
    const { store } = newStore(join(file, 'below'));
    expect(await store.write(stored)).toMatch(/ruleset-3\.json cannot be written \(ENOTDIR\).*WHETSTONE_STATE_DIR/);
    expect((await store.read()).problem).toMatch(/cannot be read \(ENOTDIR\)/);
  });

  it('is named when something else is in the place of the file, and no draft is left', async () => {
    const { store, directory, path } = newStore();
    mkdirSync(join(path, 'in-the-way'), { recursive: true });
    expect((await store.read()).problem).toContain('EISDIR');
    expect(await store.write(stored)).toMatch(/cannot be written \(EISDIR\)/);
    expect(readdirSync(directory)).toEqual(['ruleset-3.json']);
  });
});

it('keeps servers and keys apart without naming them', () => {
  const one = partitionOf({ url: 'http://a.test', selector: 'AAAA' });
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(
    new Set([
      one,
      partitionOf({ url: 'http://a.test', selector: 'BBBB' }),
      partitionOf({ url: 'http://b.test', selector: 'AAAA' }),
    ]).size,
  ).toBe(3);
});
