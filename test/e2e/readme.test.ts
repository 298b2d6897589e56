import { createClient } from '@whetstone/shared/client';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clients, type Launch } from '../support/mcp-agents.ts';
import { newStateDir } from '../support/mcp-process.ts';
import { runScript } from '../support/mcp-library.ts';
import { startServer, type TestServer } from '../support/server.ts';

const checkout = resolve(import.meta.dirname, '../..');
const readme = readFileSync(resolve(checkout, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);

interface Entry extends Launch {
  env: Record<string, string>;
}

const entry = blocks('json')
  .map((text) => (JSON.parse(text) as { mcpServers?: Record<string, Entry> }).mcpServers?.['whetstone'])
  .find(Boolean);

describe('the README', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ env: { WHETSTONE_SEED: 'demo' } });
    const admin = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
    await vi.waitFor(async () => expect((await admin.listFlags({})).items).not.toEqual([]), 10_000);
  });
  afterAll(() => server.stop('SIGKILL'));

  const question = { key: 'new-fixer-prompt', userId: 'user-1' };

  /** What a reader fills in. */
  const filledIn = (text: string) =>
    text
      .replace('<checkout>', checkout)
      .replace('http://127.0.0.1:8787', server.url)
      .replace('<content of .whetstone/agent.key>', server.agentKey());

  it.each(clients)(
    'has a configuration that gives $name the answer it shows, with the cloud up and dead',
    async ({ open }) => {
      const { command, args, env } = JSON.parse(filledIn(JSON.stringify(entry))) as Entry;
      const stateDir = newStateDir();
      const surroundings = { PATH: process.env['PATH'] ?? '', HOME: stateDir, WHETSTONE_STATE_DIR: stateDir, ...env };
      const promised = JSON.parse(blocks('json').find((text) => text.includes('"source": "cloud"'))!) as object;

      const agent = await open(surroundings, { command, args });
      const up = await agent.call('evaluate_flag', question);
      expect(up.structuredContent).toEqual({ ...promised, ageMs: expect.any(Number) });
      await agent.close();

      server.pause();
      try {
        const later = await open(surroundings, { command, args });
        const dead = await later.call('evaluate_flag', question);
        expect(dead.structuredContent).toEqual({
          ...promised,
          source: 'cache',
          ageMs: expect.any(Number),
          degradedReason: expect.stringContaining('last confirmed'),
        });
        await later.close();
      } finally {
        server.resume();
      }
    },
  );

  it('has a snippet for an agent CLI that runs as it stands', async () => {
    const snippet = blocks('js')[0]!.replace("'<checkout>", `'${checkout}`);
    const stateDir = newStateDir();
    const env = {
      WHETSTONE_URL: server.url,
      WHETSTONE_API_KEY: server.agentKey(),
      WHETSTONE_STATE_DIR: stateDir,
      USER: 'user-1',
    };
    const { code, stdout, stderr } = await runScript(`${snippet}\nconsole.log(useNewFixer);`, env);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });
});
