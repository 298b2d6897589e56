import { createClient } from '@whetstone/shared/client';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mcpServerFile, newStateDir } from '../support/mcp-process.ts';
import { startServer, type TestServer } from '../support/server.ts';

// Each command and program of the documents, as it stands there, one document after the other in a folder of its own, with
// the address of a server of this test in the place of the one that `npm start` prints.
const checkout = resolve(import.meta.dirname, '../..');
const documents = [
  'README.md',
  'docs/flags.md',
  'docs/flags-cli.md',
  'docs/experiments.md',
  'docs/openfeature.md',
  'mcp-server/README.md',
];

/** What starts, installs or stays: other tests do that. */
const elsewhere = /^(npm (start|test|install)|cd whetstone)/m;
/** What ends otherwise than with 0 because that is what it is for. */
const codes: Record<string, number[]> = { 'flag stale': [0, 1], 'flag lint --server --strict': [0, 1] };

interface Block {
  place: string;
  language: string;
  text: string;
}

const blocksOf = (document: string): Block[] => {
  const text = readFileSync(join(checkout, document), 'utf8');
  return [...text.matchAll(/^```(sh|js|ts)\n(.*?)^```$/gms)].map((found) => ({
    place: `${document}:${text.slice(0, found.index).split('\n').length}`,
    language: found[1]!,
    text: found[2]!,
  }));
};
const all = documents.map((document) => ({ document, blocks: blocksOf(document) }));

describe('what the documents tell people to type', () => {
  let server: TestServer;
  const folders: string[] = [];
  beforeAll(async () => {
    server = await startServer({ env: { WHETSTONE_SEED: 'demo' } });
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await vi.waitFor(async () => expect((await admin.listFlags({})).items).not.toEqual([]), 10_000);
  });
  afterAll(async () => {
    await server.stop('SIGKILL');
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** A checkout as far as the commands look at it: the data directory, the built files, packages, the command on the path. */
  function newFolder() {
    const folder = mkdtempSync(join(tmpdir(), 'whetstone-reader-'));
    folders.push(folder);
    symlinkSync(server.dataDir, join(folder, '.whetstone'));
    symlinkSync(join(checkout, 'mcp-server'), join(folder, 'mcp-server'));
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, '@openfeature'), { recursive: true });
    symlinkSync(join(checkout, 'mcp-server'), join(modules, 'whetstone-mcp'));
    for (const name of ['server-sdk', 'ofrep-provider'])
      symlinkSync(packageDir(`@openfeature/${name}`), join(modules, '@openfeature', name));
    mkdirSync(join(folder, 'bin'));
    const command = join(folder, 'bin', 'whetstone-mcp');
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${mcpServerFile}" "$@"\n`);
    chmodSync(command, 0o755);
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    return folder;
  }

  function run(folder: string, file: string, args: string[]) {
    const stateDir = newStateDir();
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: stateDir,
      USER: 'user-1',
      WHETSTONE_STATE_DIR: stateDir,
      WHETSTONE_URL: server.url,
      WHETSTONE_API_KEY: server.agentKey(),
    };
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((ended) => {
      const child = execFile(file, args, { cwd: folder, env }, (error, stdout, stderr) =>
        ended({ code: error ? error.code : 0, stdout, stderr }),
      );
      // A stream of events never ends by itself.
      setTimeout(() => child.kill(), 20_000).unref();
    });
  }

  const commandsIn = (text: string) =>
    text.replaceAll('http://127.0.0.1:8787', server.url).replaceAll('curl -s -N', 'curl -s -N --max-time 2');

  it.each(all)('works as it stands in $document', { timeout: 120_000 }, async ({ blocks }) => {
    const folder = newFolder();
    expect(blocks).not.toEqual([]);
    let said = '';
    // What one block sets, the ones below it use.
    const before: string[] = [];
    for (const { place, language, text } of blocks) {
      if (elsewhere.test(text)) continue;
      if (language === 'sh') {
        for (const line of commandsIn(text).split(/(?<!\\)\n(?! )/)) {
          if (line.trim() === '') continue;
          if (/^(export |alias |[A-Z]+=)/.test(line)) {
            before.push(line);
            continue;
          }
          const ended = await run(folder, 'bash', ['-c', `${before.join('\n')}\n${line}`]);
          const name = Object.keys(codes).find((words) => line.includes(words));
          const good = line.includes('--max-time') ? [28] : (name && codes[name]) || [0];
          expect({ place, line, ...ended }).toEqual({ place, line, ...ended, code: expect.toBeOneOf(good) });
          expect({ place, line, answer: ended.stdout }).not.toEqual({
            place,
            line,
            answer: expect.stringContaining('"type":"urn:whetstone:problem'),
          });
          if (line.startsWith('curl') && !line.includes(' > '))
            expect({ place, stdout: ended.stdout }).not.toEqual({ place, stdout: '' });
          said += ended.stdout;
        }
      } else if (!text.startsWith('export interface')) {
        const program = join(folder, 'src', `${place.replaceAll(/\W/g, '-')}.${language === 'ts' ? 'mts' : 'mjs'}`);
        writeFileSync(program, text.replaceAll('http://127.0.0.1:8787', server.url).replaceAll('<checkout>', checkout));
        const tsx = createRequire(join(checkout, 'package.json')).resolve('tsx');
        const ended = await run(folder, process.execPath, ['--import', tsx, program]);
        expect({ place, ...ended }).toEqual({ place, code: 0, stdout: expect.any(String), stderr: '' });
      }
    }
    expect(said).not.toContain('command not found');
  });
});

function packageDir(name: string) {
  const from = name.endsWith('provider') ? 'cloud' : 'mcp-server';
  let folder = dirname(createRequire(join(checkout, from, 'package.json')).resolve(name));
  while (!folder.endsWith(name)) folder = dirname(folder);
  return folder;
}
