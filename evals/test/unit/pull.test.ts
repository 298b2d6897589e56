import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetsOf } from '../../src/cli/datasets.ts';
import { catalogue, type CatalogueEntry } from '../../src/datasets/catalogue.ts';
import { pullDataset } from '../../src/datasets/pull.ts';

const content = Buffer.from('{"rows": "made up"}\n'.repeat(50));
const sha256 = createHash('sha256').update(content).digest('hex');

describe('datasets pull', () => {
  let dir: string;
  let server: Server;
  let answer: RequestListener;
  let asked = 0;
  let entry: CatalogueEntry;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pull-'));
    asked = 0;
    answer = (_, response) => void response.end(content);
    server = createServer((request, response) => {
      asked += 1;
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    entry = {
      ...catalogue[0]!,
      name: 'own',
      file: 'own/rows.jsonl',
      url: `http://127.0.0.1:${port}/rows.jsonl`,
      sha256: [sha256],
      bytes: content.length,
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  });
  const path = () => join(dir, 'own/rows.jsonl');
  const left = () => readdir(join(dir, 'own')).catch(() => []);

  it('puts what the publisher serves where runs look for it, once', async () => {
    expect(await pullDataset(entry, { datasetsDir: dir })).toEqual({
      path: path(),
      sha256,
      bytes: content.length,
      already: false,
    });
    expect(await readFile(path())).toEqual(content);
    expect(await pullDataset(entry, { datasetsDir: dir })).toMatchObject({ already: true });
    expect(asked).toBe(1);
    expect(await left()).toEqual(['rows.jsonl']);
  });

  it('leaves nothing behind of what has another hash, and names both', async () => {
    answer = (_, response) => void response.end('something else');
    await expect(pullDataset(entry, { datasetsDir: dir })).rejects.toThrow(
      new RegExp(`SHA-256 is [0-9a-f]{64}, expected ${sha256}`),
    );
    expect(await left()).toEqual([]);
  });

  it('keeps a good file when its replacement is bad', async () => {
    await mkdir(join(dir, 'own'));
    await writeFile(path(), content);
    await writeFile(join(dir, 'bad'), 'no');
    await expect(pullDataset(entry, { datasetsDir: dir, from: join(dir, 'bad') })).rejects.toThrow('SHA-256');
    expect(await readFile(path())).toEqual(content);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['a 404', (_, response) => void response.writeHead(404).end(), /it answered 404 Not Found/],
    [
      'half of the bytes',
      (_, response) =>
        void response
          .writeHead(200, { 'content-length': content.length })
          .write(content.subarray(0, 100), () => response.destroy()),
      /could not be downloaded/,
    ],
    [
      'far more than expected',
      (_, response) => void response.end(Buffer.alloc(content.length * 3)),
      /it is larger than/,
    ],
    ['nothing at all', () => undefined, /nothing came for 0\.2 s/],
    ['a start and no end', (_, response) => void response.write('x'), /nothing came for 0\.2 s/],
  ])('gives up on %s with a sentence, and leaves nothing behind', async (_, listener, message) => {
    answer = listener;
    await expect(pullDataset(entry, { datasetsDir: dir, idleMs: 200 })).rejects.toThrow(message);
    expect(await left()).toEqual([]);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    answer = () => stop.abort();
    await expect(pullDataset(entry, { datasetsDir: dir, signal: stop.signal })).rejects.toThrow(
      'stopped before the download ended',
    );
  });

  describe('as a command', () => {
    const typed = async (...args: string[]) => {
      const printed: string[] = [];
      const terminal = {
        print: (text: string) => void printed.push(text),
        complain: () => undefined,
        write: () => undefined,
        isTty: false,
        columns: 80,
      };
      const program = new Command().exitOverride();
      const config = { datasetsDir: dir, cacheDir: dir, openai: {}, e2b: {}, cloud: {} };
      datasetsOf([entry])(
        program,
        async (action) => void (await action({ config, terminal, signal: new AbortController().signal })),
      );
      await program.parseAsync(args, { from: 'user' });
      return printed.join('\n');
    };

    it('takes a file of ours instead of asking anyone', async () => {
      await writeFile(join(dir, 'copy'), content);
      expect(await typed('datasets', 'pull', 'own', '--from', join(dir, 'copy'))).toContain(
        `SHA-256 ${sha256} (as pinned)`,
      );
      expect(asked).toBe(0);
      expect(JSON.parse(await typed('datasets', 'list', '--json'))).toMatchObject([
        { name: 'starter', present: true },
        { name: 'own', present: true },
      ]);
    });

    it('keeps an unknown file when told so, and says what that means', async () => {
      await writeFile(join(dir, 'copy'), 'mine');
      await expect(typed('datasets', 'pull', 'own', '--from', join(dir, 'copy'))).rejects.toThrow(
        '--allow-unknown-hash',
      );
      expect(await typed('datasets', 'pull', 'own', '--from', join(dir, 'copy'), '--allow-unknown-hash')).toContain(
        'NOT the pinned one',
      );
    });

    it('names what can be pulled', async () => {
      await expect(typed('datasets', 'pull', 'other')).rejects.toThrow('these can be pulled: own');
      await expect(typed('datasets', 'pull', 'own', '--from', join(dir, 'missing'))).rejects.toThrow('cannot be read');
    });
  });
});
