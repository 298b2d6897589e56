import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listening } from '../../../test/support/listening.ts';
import { directorySource } from '../../src/features/knowledge/sources/directory.ts';
import { sha256 } from '../../src/features/knowledge/sha256.ts';
import { githubSource } from '../../src/features/knowledge/sources/github.ts';
import { usualLimits, type Taking } from '../../src/features/knowledge/sources/source.ts';
import { openOutbound } from '../../src/platform/outbound/guarded-fetch.ts';
import { archiveOf, archiveOfFolder } from '../support/archives.ts';
import { taken } from '../support/taken.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((clean) => clean()));
});

async function folderOf(files: Record<string, string | Buffer>) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'whetstone-docs-')));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

describe('a folder of the server', () => {
  const open = (...docDirs: string[]) =>
    directorySource({
      docDirs,
      htmlToMarkdown: (html, url) => ({
        title: `From ${url.split('/').at(-1)}`,
        markdown: html.replaceAll(/<\/?p>/g, ''),
      }),
    });
  const take = (docDirs: string[], path: string, asked: Partial<Taking> = {}) =>
    taken(open(...docDirs), { kind: 'directory', path }, { version: 'latest', ...asked });

  it('becomes its pages of Markdown, HTML and types, in the order of their paths', async () => {
    const root = await folderOf({
      'ours/b/deep.mdx': '# Deep',
      'ours/a.markdown': '---\ntitle: First\n---\nText',
      'ours/page.html': '<p>Plain<!-- hidden --></p>',
      'ours/api.d.ts': '/** Opens. */ declare function open(): void;',
      'ours/CHANGELOG.md': '# What we changed',
      'ours/data.json': '{}',
      'ours/.git/notes.md': '# Not shown',
      'ours/node_modules/x/README.md': '# Not ours',
      'other/secret.md': '# Another folder',
    });
    const { pages, title, version, provenance, skipped } = await take([root], join(root, 'ours'));
    expect({ title, version, provenance, skipped }).toEqual({
      title: 'ours',
      version: 'latest',
      provenance: 'project',
      skipped: {},
    });
    expect(pages.map((page) => [page.path, page.title, page.text])).toEqual([
      ['CHANGELOG.md', 'What we changed', '# What we changed'],
      ['a.markdown', 'First', '---\ntitle: First\n---\nText'],
      ['api.d.ts', 'api.d.ts', '/** Opens. */ declare function open(): void;'],
      ['page.html', 'From page.html', 'Plain'],
      ['b/deep.mdx', 'Deep', '# Deep'],
    ]);
    expect(pages[2]!.symbols).toMatchObject([{ name: 'open', doc: 'Opens.' }]);
    expect(pages[4]!.url).toBe(`file://${root}/ours/b/deep.mdx`);
  });

  it('may be named below those folders alone that the server names for it', async () => {
    const root = await folderOf({ 'docs/a.md': '# A', 'private/b.md': '# B', 'docs-too/c.md': '# C' });
    const docs = join(root, 'docs');
    expect((await take([docs], docs)).paths).toEqual(['a.md']);
    expect((await take([root], 'docs')).paths).toEqual(['a.md']);
    for (const path of [
      root,
      join(root, 'private'),
      join(root, 'docs-too'),
      `${docs}/../private`,
      '/etc',
      '..',
      '../private',
    ])
      await expect(take([docs], path)).rejects.toMatchObject({
        code: 'forbidden',
        message: `"${path}" does not lie below WHETSTONE_DOC_DIRS of this server, and nothing else may be named`,
      });
    await expect(take([], docs)).rejects.toThrow('which names no folder that exists');
    await expect(take([docs], join(docs, 'gone'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(take([docs], join(docs, 'a.md'))).rejects.toThrow('is a file; name the folder that it lies in');
  });

  it('is not left by links: not by that of a folder, nor by those of files within', async () => {
    const root = await folderOf({ 'docs/a.md': '# A', 'shared/b.md': '# B', 'private/c.md': '# C' });
    const [docs, shared] = [join(root, 'docs'), join(root, 'shared')];
    await symlink(join(root, 'private'), join(docs, 'folder'));
    await symlink(join(root, 'private/c.md'), join(docs, 'out.md'));
    await symlink(join(root, 'nowhere'), join(docs, 'broken.md'));
    await symlink(join(shared, 'b.md'), join(docs, 'within.md'));
    const { paths, page, skipped } = await take([docs, shared], docs);
    expect(paths).toEqual(['a.md', 'within.md']);
    expect(page('within.md').text).toBe('# B');
    expect(skipped).toEqual({
      'out.md': 'it is a link that leads out of the folder',
      'broken.md': 'it is a link that leads nowhere',
    });
    await expect(take([docs], join(docs, 'folder'))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is read without what is no text, too large or no file at all', async () => {
    const root = await folderOf({
      'docs/a.md': '# A',
      'docs/large.md': Buffer.alloc(2_000, 'a'),
      'docs/latin.md': Buffer.from('Größe', 'latin1'),
    });
    await promisify(execFile)('mkfifo', [join(root, 'docs/pipe.md')]);
    const { paths, skipped } = await take([root], 'docs', { limits: { ...usualLimits, pageBytes: 1_000 } });
    expect(paths).toEqual(['a.md']);
    expect(skipped).toEqual({
      'large.md': 'it is larger than 1 KB',
      'latin.md': 'it is not UTF-8 text',
      'pipe.md': 'it is no file',
    });
  });

  it('brings nothing of what is known, and no more pages than it may', async () => {
    const root = await folderOf({ 'docs/a.md': '# A', 'docs/b.md': '# B', 'docs/c.md': '# C' });
    const known = new Map([['a.md', { etag: null, lastModified: null, contentHash: sha256('# A') }]]);
    const { all } = await take([root], 'docs', { known, limits: { ...usualLimits, pages: 2 } });
    expect(all.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['unchanged a.md', 'page b.md', 'skipped c.md']);
  });
});

describe('a repository at a tag', () => {
  /** A server of archives, by what stands behind `tar.gz/`; all of them are of o/door. */
  async function archives(byRef: Record<string, Buffer | number>, { isSilent = false } = {}) {
    const asked: string[] = [];
    const server = await listening(
      createServer((request, response) => {
        const path = decodeURIComponent(request.url!);
        asked.push(path);
        if (isSilent) return response.flushHeaders();
        const answer = path.startsWith('/o/door/tar.gz/') ? byRef[path.slice('/o/door/tar.gz/'.length)] : undefined;
        if (typeof answer === 'object') return response.end(answer);
        return response.writeHead(answer ?? 404).end();
      }),
    );
    const outbound = openOutbound({ allow: ['127.0.0.1'], ports: [80, 443], userAgent: 'Whetstone/test' });
    cleanups.push(server.stop, outbound.close);
    const open = githubSource({ outbound, githubUrl: server.url });
    return {
      asked,
      host: `127.0.0.1:${server.port}`,
      take: (
        ref: string,
        { folder = '', repo = 'o/door', ...asking }: Partial<Taking> & { folder?: string; repo?: string } = {},
      ) => taken(open, { kind: 'github', repo, ref, folder }, { library: 'door', ...asking }),
    };
  }

  const packed = async (files: Record<string, string>) => archiveOfFolder(await folderOf(files), 'door-1.0.0');

  it('becomes the prose of its folder, read on GitHub', async () => {
    const archive = await packed({
      'README.md': '# Door',
      'docs/en/hinges.md': '# Hinges',
      'docs/en/security.md': '# Locks',
      'docs/en/CHANGELOG.md': '# Changes',
      'docs/ru/hinges.md': '# Петли',
      'docs/english.md': '# Another folder',
      'docs/en/code.ts': 'export {}',
    });
    const { take } = await archives({ 'v1.0.0': archive });
    const { paths, page, expected, title, version, provenance } = await take('{version}', { folder: '/docs/en/' });
    expect({ expected, title, version, provenance }).toEqual({
      expected: 2,
      title: 'o/door',
      version: '1.0.0',
      provenance: 'official-repository',
    });
    expect(paths.toSorted()).toEqual(['docs/en/hinges.md', 'docs/en/security.md']);
    expect(page('docs/en/hinges.md')).toMatchObject({
      title: 'Hinges',
      url: 'https://github.com/o/door/blob/v1.0.0/docs/en/hinges.md',
    });
  });

  it('is all that people read where no folder is named', async () => {
    const archive = await packed({
      'README.md': '# Door',
      'guide/a.md': '# A',
      'CONTRIBUTING.md': '# Help',
      '.github/pull_request_template.md': '# Yours',
      'test/fixtures/x.md': '# X',
      'node_modules/y/README.md': '# Y',
    });
    const { take } = await archives({ main: archive });
    const { paths, version } = await take('main', { version: 'latest' });
    expect(paths.toSorted()).toEqual(['README.md', 'guide/a.md']);
    expect(version).toBe('main');
  });

  it('is looked for by the names that tags have, unless the source says which', async () => {
    const archive = await packed({ 'a.md': '# A' });
    const { take, asked, host } = await archives({ 'door@1.0.0': archive, 'release/1.0.0': archive });
    const tried = ['v1.0.0', '1.0.0', 'door@1.0.0'];
    expect((await take('{version}')).page('a.md').url).toBe('https://github.com/o/door/blob/door%401.0.0/a.md');
    expect(asked).toEqual(tried.map((ref) => `/o/door/tar.gz/${ref}`));
    expect((await take('release/{version}')).paths).toEqual(['a.md']);
    await expect(take('{version}', { version: '2.0.0' })).rejects.toMatchObject({
      code: 'not_found',
      message: `${host} has no o/door at v2.0.0 or 2.0.0 or door@2.0.0; it may be private, or its tags be called otherwise: name one as the ref`,
    });
    await expect(take('{version}', { version: 'latest' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(take('v1', { repo: '../..' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('says where there is nothing to read', async () => {
    const { take } = await archives({ 'v1.0.0': await packed({ 'README.md': '# Door' }) });
    await expect(take('{version}', { folder: 'docs' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'o/door has no Markdown below "docs" at v1.0.0; name the folder of its documentation',
    });
  });

  it('is read with the same care as a package: links, ways out, bombs and damage', async () => {
    const { take } = await archives({
      hostile: archiveOf([
        { path: 'door/docs/a.md', body: '# A' },
        { path: 'door/docs/link.md', type: 'SymbolicLink', linkpath: '../../../etc/passwd' },
        { path: 'door/../../out.md', body: '# Out' },
      ]),
      bomb: archiveOf([{ path: 'door/blob.bin', body: Buffer.alloc(30 * 2 ** 20) }]),
      damaged: gzipSync('not a tar at all '.repeat(200)),
    });
    const { paths, skipped } = await take('hostile');
    expect(paths).toEqual(['docs/a.md']);
    expect(skipped).toEqual({
      'docs/link.md': 'it is a link',
      'door/../../out.md': 'its path leads out of the archive',
    });
    await expect(take('bomb', { limits: { ...usualLimits, totalBytes: 10 * 2 ** 20 } })).rejects.toMatchObject({
      code: 'payload_too_large',
      message: 'o/door at bomb is larger than 10 MB unpacked, the most that is read',
    });
    await expect(take('damaged')).rejects.toThrow('the archive of o/door at damaged is damaged');
  });

  it('is not taken for absent when its server fails, or says nothing', async () => {
    const { take, asked } = await archives({ 'v1.0.0': 500 });
    await expect(take('{version}')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/ answered 500 for the archive of o\/door at v1\.0\.0; try again later$/),
    });
    expect(asked).toHaveLength(1);
    const silent = await archives({}, { isSilent: true });
    await expect(silent.take('{version}', { limits: { ...usualLimits, requestMs: 300 } })).rejects.toThrow(
      'did not answer within 300 ms',
    );
  });
});
