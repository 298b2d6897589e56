import { describe, expect, it } from 'vitest';
import { placeInArchive } from '../../src/features/knowledge/sources/archive-place.ts';
import { textOf, withShortLines } from '../../src/features/knowledge/sources/file-text.ts';
import { refsFor, versionOfRef } from '../../src/features/knowledge/sources/github-refs.ts';
import { packageJsonOf } from '../../src/features/knowledge/sources/npm-manifest.ts';
import { isForAgents, isPackageProse } from '../../src/features/knowledge/sources/npm-prose.ts';
import { reachableDeclarations } from '../../src/features/knowledge/sources/npm-types.ts';
import { packageUrls } from '../../src/features/knowledge/sources/npm-url.ts';

const manifest = (given: object) =>
  packageJsonOf(Buffer.from(JSON.stringify({ name: 'a', version: '1.2.3', ...given })))!;

describe('the prose of a package', () => {
  it.each([
    'README.md',
    'readme.markdown',
    'packages/inner/README.md',
    'docs/Guides/Testing.md',
    'dist/docs/01-app/page.mdx',
    'doc/api.md',
    'docs/content/security.md',
    'MIGRATING.md',
    'AGENTS.md',
    'dist/skills/routing/SKILL.md',
  ])('is %s', (path) => expect(isPackageProse(path)).toBe(true));

  it.each([
    'CHANGELOG.md',
    'docs/CHANGELOG.md',
    'LICENSE.md',
    'LICENSE-MIT.md',
    'SECURITY.md',
    'CODE_OF_CONDUCT.md',
    'EXPENSE_POLICY.md',
    'node_modules/other/README.md',
    'test/fixtures/README.md',
    'docs/__tests__/page.md',
    '.github/ISSUE_TEMPLATE.md',
    'src/notes.md',
    'docs/picture.png',
    'index.js',
  ])('is not %s', (path) => expect(isPackageProse(path)).toBe(false));

  it('says of what is written to coding agents that it is', () => {
    const paths = ['SKILL.md', 'a/AGENTS.md', 'CLAUDE.md', 'docs/agents-and-skills.md', 'docs/api/Agent.md'];
    expect(paths.filter(isForAgents)).toEqual(['SKILL.md', 'a/AGENTS.md', 'CLAUDE.md']);
  });
});

describe('the types of a package', () => {
  const reach = (given: object, declared: Record<string, string[]>) =>
    reachableDeclarations(manifest(given), new Map(Object.entries(declared)));

  it('are what its entries lead to and refer to, and no internal file besides', () => {
    const declared = {
      'dist/index.d.ts': ['./door.js', './frames'],
      'dist/door.d.ts': ['../types/hinge.d.ts', './index.js', './gone.js'],
      'dist/frames/index.d.ts': [],
      'types/hinge.d.ts': [],
      'dist/internal.d.ts': [],
    };
    const reached = ['dist/door.d.ts', 'dist/frames/index.d.ts', 'dist/index.d.ts', 'types/hinge.d.ts'];
    expect(reach({ types: './dist/index.d.ts' }, declared)).toEqual(reached);
    expect(reach({ typings: 'dist/index' }, declared)).toEqual(reached);
    expect(reach({ main: './dist/index.js' }, declared)).toEqual(reached);
    expect(reach({}, declared)).toEqual(reached);
  });

  it('are those that `import` gets: of what is built for both kinds of modules, one', () => {
    const both = { 'esm/index.d.ts': ['./a.js'], 'esm/a.d.ts': [], 'cjs/index.d.ts': ['./a.js'], 'cjs/a.d.ts': [] };
    const exported = { '.': { import: './esm/index.js', require: './cjs/index.js', default: './cjs/index.js' } };
    expect(reach({ exports: exported }, both)).toEqual(['esm/a.d.ts', 'esm/index.d.ts']);
    const twins = { 'index.d.ts': ['./b.js'], 'index.d.cts': ['./b.cjs'], 'b.d.ts': [], 'b.d.cts': [], 'b.d.mts': [] };
    expect(reach({ exports: { types: './index.d.cts', default: './index.js' } }, twins)).toEqual([
      'b.d.ts',
      'index.d.ts',
    ]);
    expect(reach({ exports: './index.mjs' }, { 'index.d.mts': [], 'index.d.cts': [] })).toEqual(['index.d.mts']);
  });

  it('are those of every subpath, patterns too', () => {
    const declared = {
      'index.d.ts': [],
      'plugins/a.d.ts': [],
      'plugins/b.d.ts': [],
      'extra.d.ts': [],
      'other.d.ts': [],
    };
    const exported = { '.': './index.js', './plugins/*': './plugins/*.js', './extra': [{ types: './extra.d.ts' }] };
    expect(reach({ exports: exported }, declared)).toEqual([
      'extra.d.ts',
      'index.d.ts',
      'plugins/a.d.ts',
      'plugins/b.d.ts',
    ]);
  });

  it('are none where there are none, whatever its package.json says', () => {
    expect(reach({ types: 'index.d.ts' }, {})).toEqual([]);
    expect(reach({ types: 7, exports: { '.': { '.': { '.': 4 } } }, main: ['x'] }, {})).toEqual([]);
  });
});

describe('where the pages of a package are read', () => {
  const urls = (given: object) => packageUrls(manifest(given));

  it('is GitHub at the tag of the version, where the repository is one package', () => {
    for (const repository of [
      'git+https://github.com/o/r.git',
      'o/r',
      'github:o/r',
      { url: 'git://github.com/o/r.git' },
    ])
      expect(urls({ repository })('docs/a b.md')).toBe('https://github.com/o/r/blob/v1.2.3/docs/a%20b.md');
  });

  it('is where files of packages are served where no repository has them, or nobody knows its tags', () => {
    const file = 'https://unpkg.com/a@1.2.3/dist/docs/a.md';
    expect(urls({ repository: 'o/r' })('dist/docs/a.md')).toBe(file);
    expect(urls({ repository: { url: 'https://github.com/o/r', directory: 'packages/a' } })('dist/docs/a.md')).toBe(
      file,
    );
    expect(urls({ repository: 'https://elsewhere.example/o/r' })('README.md')).toBe(
      'https://www.npmjs.com/package/a/v/1.2.3',
    );
    expect(urls({})('docs/x.md')).toBe('https://unpkg.com/a@1.2.3/docs/x.md');
  });
});

describe('an entry of an archive', () => {
  it('lies below the one folder that everything is in', () => {
    expect(placeInArchive({ path: 'package/docs/a.md', type: 'File' })).toEqual({ kind: 'file', path: 'docs/a.md' });
    expect(placeInArchive({ path: './package/./a.md', type: 'OldFile' })).toEqual({ kind: 'file', path: 'a.md' });
    expect(placeInArchive({ path: 'package/', type: 'Directory' })).toEqual({ kind: 'nothing' });
    expect(placeInArchive({ path: 'alone.md', type: 'File' })).toEqual({ kind: 'nothing' });
  });

  it.each(['../a.md', 'package/../../a.md', '/etc/passwd', 'C:\\a.md', 'package\\..\\..\\a.md', '\\\\host\\a'])(
    'leads nowhere with the path %j',
    (path) =>
      expect(placeInArchive({ path, type: 'File' })).toMatchObject({
        kind: 'skipped',
        why: 'its path leads out of the archive',
      }),
  );

  it.each([
    ['SymbolicLink', 'it is a link'],
    ['Link', 'it is a link'],
    ['CharacterDevice', 'it is a device and not a file'],
    ['FIFO', 'it is a device and not a file'],
  ])('is left out when it is a %s', (type, why) =>
    expect(placeInArchive({ path: 'package/a.md', type })).toEqual({ kind: 'skipped', path: 'a.md', why }),
  );
});

describe('the text of a file', () => {
  const read = (bytes: Buffer) => textOf({ kind: 'file', path: 'a.md', bytes });

  it('is UTF-8, or UTF-16 where it says so', () => {
    expect(read(Buffer.from('\uFEFF# Größe'))).toBe('# Größe');
    expect(read(Buffer.from('\uFEFF# Größe', 'utf16le'))).toBe('# Größe');
    expect(read(Buffer.from('\uFEFF# Größe', 'utf16le').swap16())).toBe('# Größe');
  });

  it('is nothing where it is neither, and says why', () => {
    expect(read(Buffer.from('# Größe', 'latin1'))).toMatchObject({ kind: 'skipped', why: 'it is not UTF-8 text' });
    expect(read(Buffer.from('a\0b'))).toMatchObject({ why: 'it holds zero bytes, as files do that are not text' });
  });

  it('has no line longer than anybody reads, and as many lines as before', () => {
    const text = withShortLines(`# A\n${'x'.repeat(1_000_000)}\nend`);
    expect(text.split('\n')).toHaveLength(3);
    expect(text.length).toBeLessThan(21_000);
  });
});

describe('the tag of a version', () => {
  const asked = { library: 'door', version: '1.2.3' };

  it('is looked for by the names that tags usually have, unless the source names it', () => {
    expect(refsFor('{version}', asked)).toEqual(['v1.2.3', '1.2.3', 'door@1.2.3']);
    expect(refsFor('{version}', { ...asked, version: 'v1.2.3' })).toEqual(['v1.2.3', '1.2.3', 'door@1.2.3']);
    expect(refsFor('release-{version}', asked)).toEqual(['release-1.2.3']);
    expect(refsFor('main', asked)).toEqual(['main']);
    expect(() => refsFor('v{version}', { ...asked, version: 'latest' })).toThrow('name the version, or a branch');
  });

  it('says the version where only a branch or a tag is asked for', () => {
    expect(versionOfRef('{version}', { ref: 'v1.2.3', version: '1.2.3' })).toBe('1.2.3');
    expect(versionOfRef('v2.0.0', { ref: 'v2.0.0', version: 'latest' })).toBe('2.0.0');
    expect(versionOfRef('refs/heads/main', { ref: 'refs/heads/main', version: 'latest' })).toBe('main');
  });
});
