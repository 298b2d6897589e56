import { createClient } from '@whetstone/shared/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startServer } from '../support/server.ts';

const patience = { timeout: 200_000, interval: 200 };

it(
  'answers questions about the packages that are installed beside it, without any network',
  { timeout: 300_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-docs-'));
    // Nobody listens there.
    const env = { WHETSTONE_SEED: 'demo', WHETSTONE_NPM_REGISTRY: 'http://127.0.0.1:1' };
    const server = await startServer({ dataDir, env });
    onTestFinished(async () => {
      await server.stop('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    });
    expect(server.output()).not.toContain('documentation of installed packages');
    await vi.waitFor(() => expect(server.output()).toContain('Took the documentation of installed packages'), patience);

    const client = createClient({ baseUrl: server.url, apiKey: server.agentKey() });
    const { results } = await client.searchKnowledge({
      query: 'which hook runs before the handler, after validation',
      library: 'fastify',
    });
    const [found] = results;
    expect(found).toMatchObject({ library: 'fastify', provenance: 'official-package' });
    expect(results.map(({ path }) => path)).toContain('docs/Reference/Hooks.md');
    const { citations } = await client.verifyCitations({
      citations: [
        { quote: found!.snippet.split('\n').find((line) => line.trim() !== '')!, citationId: found!.citationId },
      ],
    });
    expect(citations.map(({ verdict }) => verdict)).toEqual(['found']);

    const versions = (await client.listLibraries({})).items.flatMap(({ library, versions: each }) =>
      each.map(({ owner, pages, coverage }) => ({
        library,
        owner,
        isWhole: coverage?.missing.length === 0,
        many: pages > 10,
      })),
    );
    expect(versions.map(({ library }) => library)).toEqual(['fastify', 'kysely', 'pino', 'undici']);
    expect(versions.every(({ owner, isWhole, many }) => owner === 'public' && isWhole && many)).toBe(true);
  },
);
