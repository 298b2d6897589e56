import { mkdir, mkdtemp, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expireHistory } from '../../src/features/knowledge/ingest/expire.ts';
import { hostLanes } from '../../src/features/knowledge/sources/fetch-lanes.ts';
import { sourceReaders } from '../../src/features/knowledge/sources/readers.ts';
import type { OpenSource } from '../../src/features/knowledge/sources/source.ts';
import { webSource } from '../../src/features/knowledge/sources/web.ts';
import { dayMs } from '../../src/platform/day.ts';
import { openOutbound } from '../../src/platform/outbound/guarded-fetch.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { packageOf } from '../support/archives.ts';
import { docsSite } from '../support/docs-site.ts';
import { describeOnEngines } from '../support/engines.ts';
import { ingestingBy, storedOf } from '../support/ingesting.ts';
import { packageRegistry } from '../support/package-registry.ts';
import { scriptedSource } from '../support/scripted-source.ts';

const never = new AbortController().signal;
type Source = Parameters<TestApp['admin']['startIngest']>[0]['source'];

describeOnEngines('another look at what did not change', (engine) => {
  const { clock, advance } = testClock();
  const cleanups: (() => unknown)[] = [];
  let app: TestApp;
  let outbound: ReturnType<typeof openOutbound>;
  beforeAll(async () => {
    app = await startApp(engine, { clock, knowledge: { ingestsPerDay: 10_000, docDirs: [tmpdir()] } });
    outbound = openOutbound({ allow: ['127.0.0.1'], ports: [80, 443], userAgent: 'Whetstone/test' });
    cleanups.push(
      () => outbound.close(),
      () => app.close(),
    );
  });
  afterAll(async () => {
    for (const clean of cleanups) await clean();
  });

  const look = async (library: string, source: Source, open: OpenSource, options: { cutAfterMs?: number } = {}) => {
    const { id } = await app.admin.startIngest({ library, version: '1.0.0', source });
    const by = ingestingBy(app, { open }, { clock, ...options });
    await by.run(id, { projectId: app.projectId });
    let runs = 1;
    for (; by.sent.shift(); runs++) await by.run(id, { projectId: app.projectId });
    const { items } = await app.admin.listIngests({ library });
    return { ...items.find((each) => each.id === id)!, runs };
  };
  // Files are of the real time: to this reader they were written a minute ago.
  let aheadOfFilesMs = 60_000;
  const readersWith = (reach: { registryUrl?: string; docDirs?: string[]; modulesDirs?: string[] }) =>
    sourceReaders({
      outbound,
      version: '1.2.3',
      clock: () => Date.now() + aheadOfFilesMs,
      docDirs: [],
      modulesDirs: [],
      registryUrl: 'http://127.0.0.1:1',
      ...reach,
    });
  const folderOf = async (files: Record<string, string>) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'whetstone-docs-')));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
    return folder;
  };
  const searched = async (library: string) =>
    (await storedOf(app, library))!.segment!.chunks.map(({ text }) => text).join('\n');
  const checkedAt = async (library: string) =>
    (await app.admin.listLibraries({})).items.find((each) => each.library === library)!.versions[0]!.checkedAt;

  it('costs a registry no tarball, until it has another one of the same version', async () => {
    const packed = (text: string) =>
      packageOf({
        'package.json': JSON.stringify({ name: 'hinge', version: '1.0.0' }),
        'README.md': text,
        'docs/empty.md': '',
      });
    const packages = { hinge: { '1.0.0': { packed: packed('# Hinge\n\nIt creaks.') } } };
    const registry = await packageRegistry(packages);
    cleanups.push(registry.stop);
    const { npm } = readersWith({ registryUrl: registry.url });
    const take = () => look('hinge', { kind: 'npm' }, npm);
    const tarballs = () => registry.asked.filter((path) => path.endsWith('.tgz')).length;

    const first = await take();
    expect(first).toMatchObject({ status: 'done', pagesDone: 1, pagesUnchanged: 0, chunks: 1 });
    expect(first.skipped).toEqual([{ path: 'docs/empty.md', why: 'nothing is in it' }]);
    const before = await checkedAt('hinge');
    advance(dayMs);
    const { skipped } = first;
    expect(await take()).toMatchObject({ status: 'done', pagesDone: 1, pagesUnchanged: 1, chunks: 1, skipped });
    expect(tarballs()).toBe(1);
    expect(Date.parse(await checkedAt('hinge')) - Date.parse(before)).toBeGreaterThanOrEqual(dayMs);
    expect((await app.admin.searchKnowledge({ query: 'creaks', library: 'hinge' })).dataAt).toBe(
      await checkedAt('hinge'),
    );

    packages.hinge['1.0.0'] = { packed: packed('# Hinge\n\nIt is oiled.') };
    expect(await take()).toMatchObject({ status: 'done', pagesDone: 1, pagesUnchanged: 0 });
    expect(tarballs()).toBe(2);
    expect(await searched('hinge')).toBe('# Hinge\n\nIt is oiled.');
  });

  it('is made again of a folder where a file was written, replaced, added or removed, however alike', async () => {
    const folder = await folderOf({ 'a.md': '# Alpha\n\nOne.', 'b.md': '# Beta\n\nTwo.' });
    const { directory } = readersWith({ docDirs: [folder] });
    const take = () => look('folder', { kind: 'directory', path: folder }, directory);
    // How many are to come is known beforehand only where none of them is read.
    const unread = { status: 'done', pagesExpected: 2, pagesDone: 2, pagesUnchanged: 2 };
    expect(await take()).toMatchObject({ status: 'done', pagesExpected: null, pagesUnchanged: 0 });
    expect(await take()).toMatchObject(unread);

    const path = join(folder, 'a.md');
    const { atime, mtime } = await stat(path);
    await writeFile(path, '# Alpha\n\nSix.');
    await utimes(path, atime, mtime);
    // It could be written once more without looking any newer.
    aheadOfFilesMs = 0;
    expect(await take()).toMatchObject({ pagesExpected: null, pagesUnchanged: 1 });
    expect(await searched('folder')).toContain('Six.');
    expect(await take()).toMatchObject({ pagesExpected: null, pagesUnchanged: 2 });
    aheadOfFilesMs = 60_000;
    expect(await take()).toMatchObject({ pagesExpected: null, pagesUnchanged: 2 });
    expect(await take()).toMatchObject(unread);

    await writeFile(join(folder, 'c.txt'), 'It is no page.');
    expect(await take()).toMatchObject(unread);
    await rename(path, join(folder, 'z.md'));
    expect(await take()).toMatchObject({ pagesExpected: null, pagesUnchanged: 1 });
  });

  it('is made again of an installed package whose files were changed by hand', async () => {
    const modules = await folderOf({});
    await mkdir(join(modules, 'latch'));
    await writeFile(join(modules, 'latch', 'package.json'), JSON.stringify({ name: 'latch', version: '1.0.0' }));
    await writeFile(join(modules, 'latch', 'README.md'), '# Latch\n\nShuts.');
    const { npm } = readersWith({ modulesDirs: [modules] });
    const take = () => look('latch', { kind: 'npm' }, npm);
    expect(await take()).toMatchObject({ status: 'done', pagesUnchanged: 0 });
    expect(await take()).toMatchObject({ status: 'done', pagesUnchanged: 1 });
    await writeFile(join(modules, 'latch', 'README.md'), '# Latch\n\nOpens.');
    expect(await take()).toMatchObject({ status: 'done', pagesUnchanged: 0 });
    expect(await searched('latch')).toContain('Opens.');
  });

  it('reads a source by what it is now where the one before it was in the same state', async () => {
    const [one, other] = [scriptedSource({ 'a.md': '# One' }), scriptedSource({ 'a.md': '# Other' })];
    [one.state, other.state] = ['same', 'same'];
    await look('moved', { kind: 'web', url: 'https://one.example/' }, one.open);
    await look('moved', { kind: 'web', url: 'https://other.example/' }, other.open);
    expect(await searched('moved')).toBe('# Other');
  });

  it('takes nothing for granted that was taken in two runs, between which the source may have changed', async () => {
    const source = scriptedSource({ 'a.md': '# A', 'b.md': '# B' });
    source.state = 'some';
    const web = { kind: 'web', url: 'https://docs.example/' } as const;
    expect(await look('runs', web, source.open, { cutAfterMs: 0 })).toMatchObject({ status: 'done', runs: 3 });
    expect((await storedOf(app, 'runs'))!.version.source_state).toBeNull();
    expect(await look('runs', web, source.open)).toMatchObject({ status: 'done', pagesUnchanged: 2 });
    expect((await storedOf(app, 'runs'))!.version.source_state).not.toBeNull();
  });

  it('builds anew what has lost its pages that were gone for long', async () => {
    const source = scriptedSource({ 'a.md': '# Alpha', 'b.md': '# Beta' });
    const web = { kind: 'web', url: 'https://docs.example/' } as const;
    await look('old', web, source.open);
    delete source.pages['b.md'];
    source.state = 'without b';
    await look('old', web, source.open);
    expect(await searched('old')).toContain('# Beta');
    advance(200 * dayMs);
    await look('old', web, source.open);
    expect(await searched('old')).toContain('# Beta');
    await expireHistory({ database: app.database, signal: never });
    await look('old', web, source.open);
    expect(await searched('old')).toBe('# Alpha');
  });

  it('is for a site without a sitemap: what fits no run is taken by those after it, each page asked for once', async () => {
    const page = (title: string, links: string[]) =>
      `<html><body><main><h1>${title}</h1><p>About ${title}.</p>${links.map((to) => `<a href="${to}">${to}</a>`).join('')}</main></body></html>`;
    // A chain with a fork: where to go on stands in pages that earlier runs have taken.
    const site = await docsSite(() => ({
      '/docs/': page('Start', ['/docs/p1', '/docs/q1']),
      '/docs/p1': page('P1', ['/docs/p2']),
      '/docs/p2': page('P2', ['/docs/p3', '/docs/q1']),
      '/docs/p3': page('P3', ['/docs/']),
      '/docs/q1': page('Q1', ['/docs/q2']),
      '/docs/q2': page('Q2', []),
    }));
    cleanups.push(site.stop);
    const time = { now: () => performance.now(), sleep: async () => undefined, random: () => 0.5 };
    const open = webSource({ outbound, time, lanes: hostLanes(time), version: '1.2.3', provenance: 'official-site' });
    const ended = await look('crawled', { kind: 'web', url: `${site.url}/docs/`, maxPages: 500 }, open, {
      cutAfterMs: 0,
    });
    expect(ended).toMatchObject({ status: 'done', pagesDone: 6, runs: 7 });
    expect((await storedOf(app, 'crawled'))!.pages.map(({ path }) => path)).toEqual([
      'index',
      'p1',
      'p2',
      'p3',
      'q1',
      'q2',
    ]);
    const asked = site.paths().filter((path) => /[pq]\d$/.test(path));
    expect(asked.toSorted()).toEqual(['/docs/p1', '/docs/p2', '/docs/p3', '/docs/q1', '/docs/q2']);
  });
});
