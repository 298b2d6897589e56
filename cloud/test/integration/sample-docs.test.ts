import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOn, pglite, type Place } from '../support/engines.ts';

const patience = { timeout: 60_000, interval: 50 };

describeOn(pglite, 'documentation of packages that are installed beside the server', (engine) => {
  let modules: string;
  let place: Place;
  let app: TestApp;
  let adminKey: string;

  const install = async (name: string, version: string, files: Record<string, string>) => {
    const folder = join(modules, name);
    await mkdir(folder, { recursive: true });
    for (const [path, text] of Object.entries({ ...files, 'package.json': JSON.stringify({ name, version }) }))
      await writeFile(join(folder, path), text);
  };
  const start = async () => {
    app = await startApp(engine, {
      place,
      ...(adminKey && { adminKey }),
      knowledge: { modulesDirs: ['/nowhere', modules] },
    });
    ({ adminKey } = app);
  };
  const said = () => app.said.filter((line) => line.includes('documentation of installed packages'));
  const jobs = async () => (await app.admin.listJobs({})).items.filter(({ name }) => name === 'knowledge.seed-docs');
  const ingests = async () => (await app.admin.listIngests({})).items.map((each) => `${each.library} ${each.version}`);

  beforeAll(async () => {
    modules = await mkdtemp(join(tmpdir(), 'whetstone-modules-'));
    await install('pino', '10.0.0', { 'README.md': '# pino\n\nWrites a line for each event.\n' });
    await install('undici', '7.0.0', { 'index.js': '' });
    // Nothing that the catalogue knows, and something that it takes from elsewhere.
    await install('left-alone', '1.0.0', { 'README.md': '# Left alone\n' });
    await install('vite', '8.0.0', { 'README.md': '# Vite\n' });
    place = await engine.place();
    await start();
  });
  afterAll(async () => {
    await app.close();
    await place.remove();
    await rm(modules, { recursive: true });
  });

  it('becomes part of the public corpus by jobs that can be seen, and what has none is named', async () => {
    await app.seedDocs(app.projectId);
    expect(await jobs()).toHaveLength(1);
    expect(await ingests()).toEqual([]);
    await app.work();
    await vi.waitFor(() => expect(said()).toHaveLength(1), patience);
    expect(said()[0]).toContain('pino 10.0.0 (1 pages)');
    expect(said()[0]).toContain('Could not take that of undici 7.0.0');
    expect((await ingests()).toSorted()).toEqual(['pino 10.0.0', 'undici 7.0.0']);
    const other = await app.otherTenant('reads it too');
    const { results } = await other.client.searchKnowledge({ query: 'line for each event', library: 'pino' });
    expect(results).toMatchObject([{ version: '10.0.0', provenance: 'official-package', path: 'README.md' }]);
  });

  it('is taken once; another start tries what it has not, and takes what was installed since', async () => {
    await app.close();
    await install('undici', '7.0.0', { 'README.md': '# undici\n\nSends requests.\n' });
    await install('fastify', '5.0.0', { 'README.md': '# Fastify\n\nHas hooks.\n' });
    await start();
    await app.work();
    await app.seedDocs(app.projectId);
    await vi.waitFor(() => expect(said()).toHaveLength(1), patience);
    expect(said()[0]).toMatch(/fastify 5\.0\.0 \(1 pages\), undici 7\.0\.0 \(1 pages\)$/);
    expect((await ingests()).filter((name) => name.startsWith('pino'))).toHaveLength(1);
    const before = await jobs();
    await app.seedDocs(app.projectId);
    expect(await jobs()).toEqual(before);
  });
});
