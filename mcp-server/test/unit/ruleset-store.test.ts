import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partitionOf, rulesetStore } from '../../src/offline/ruleset-store.ts';
import { newStateDir } from '../support/reader.ts';

const stored = { document: { revision: 3, flags: [] }, etag: '"3"', confirmedAtMs: 1_772_355_600_000 };

function newStore() {
  const directory = join(newStateDir(), 'deep', 'partition');
  return { store: rulesetStore(directory), path: join(directory, 'ruleset.json'), directory };
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

  it.each([
    ['empty', '', /damaged/],
    ['cut off', '{"format":1,"docu', /damaged/],
    ['not an object', '[]', /damaged/],
    ['without its document', '{"format":1,"confirmedAtMs":1}', /damaged/],
    ['without its time', '{"format":1,"document":{}}', /damaged/],
    ['of a newer version', '{"format":2,"document":{},"confirmedAtMs":1}', /format 2/],
  ])('is ignored, and said to be, when %s', async (_case, text, words) => {
    const { store, path } = newStore();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const { stored: read, problem } = await store.read();
    expect(read).toBeUndefined();
    expect(problem).toMatch(words);
    expect(await store.write(stored)).toBeUndefined();
    expect(await store.read()).toEqual({ stored });
  });

  it('is whole at any time, however many write at once, and nothing is left lying about', async () => {
    const { store, directory, path } = newStore();
    const big = (n: number) => ({ ...stored, document: { revision: n, flags: Array(2_000).fill(n) } });
    await store.write(big(0));
    const writes = Promise.all(Array.from({ length: 20 }, (_, n) => store.write(big(n))));
    for (let i = 0; i < 200; i++) expect(() => JSON.parse(readFileSync(path, 'utf8'))).not.toThrow();
    expect(await writes).toEqual(Array(20).fill(undefined));
    expect(readdirSync(directory)).toEqual(['ruleset.json']);
  });

  it('names the path when the directory cannot be made', async () => {
    const file = join(newStateDir(), 'a-file');
    writeFileSync(file, '');
    expect(await rulesetStore(join(file, 'below')).write(stored)).toContain(join(file, 'below', 'ruleset.json'));
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
