import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { workspace } from '../../src/docs/workspace.ts';

/** A repository with these files; objects are written as JSON. */
function repository(files: Record<string, string | object>) {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-workspace-'));
  mkdirSync(join(folder, '.git'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const asks = (range: string) => ({ dependencies: { react: range } });
const npmLock = (own: Record<string, string>) => ({
  lockfileVersion: 3,
  packages: Object.fromEntries(
    Object.entries(own).flatMap(([folder, version]) => [
      [folder, asks('*')],
      [`${folder === '' ? '' : `${folder}/`}node_modules/react`, { version }],
    ]),
  ),
});
const versionOf = (folder: string, library = 'react') => workspace().versionOf(library, folder);

it('the nearest package of a workspace wins', async () => {
  const folder = repository({
    'package.json': asks('^19.0.0'),
    'apps/web/package.json': asks('^18.0.0'),
    'apps/web/src/x.ts': '',
    'package-lock.json': npmLock({ '': '19.2.0', 'apps/web': '18.3.1' }),
  });
  expect((await versionOf(join(folder, 'apps/web/src'))).pinned).toMatchObject({
    version: '18.3.1',
    from: 'package-lock.json',
  });
  expect((await versionOf(folder)).pinned).toMatchObject({ version: '19.2.0', from: 'package-lock.json' });
});

it('what is installed is the truth, and a lockfile that says otherwise is named', async () => {
  const folder = repository({
    'package.json': asks('^19.0.0'),
    'package-lock.json': npmLock({ '': '19.2.0' }),
    'node_modules/react/package.json': { version: '19.1.0' },
  });
  expect((await versionOf(folder)).pinned).toEqual({
    version: '19.1.0',
    from: 'node_modules/react/package.json',
    note: 'package-lock.json has 19.2.0: what is installed is not what is locked',
  });
});

it('without a lockfile the range of the manifest is asked for', async () => {
  const folder = repository({ 'package.json': asks('^19.0.0') });
  expect((await versionOf(folder)).pinned).toEqual({ version: '^19.0.0', from: 'package.json' });
});

it('a lockfile that is broken is named, and what else there is answers', async () => {
  const folder = repository({ 'package.json': asks('^19.0.0'), 'pnpm-lock.yaml': '<<<<<<< ours\n' });
  const { pinned, problems } = await versionOf(folder);
  expect(pinned).toEqual({ version: '^19.0.0', from: 'package.json' });
  expect(problems).toEqual([expect.stringMatching(/pnpm-lock\.yaml cannot be read: it has no lockfileVersion$/)]);
});

it('a lockfile that is far too large is left alone', async () => {
  const folder = repository({ 'yarn.lock': `# yarn lockfile v1\n${'#'.repeat(33 * 2 ** 20)}` });
  expect((await versionOf(folder)).problems).toEqual([expect.stringMatching(/was not read: it is larger than 32 MB$/)]);
});

it('yarn gives what the range of the nearest package has become', async () => {
  const folder = repository({
    'package.json': asks('^18.0.0'),
    'yarn.lock': '# yarn lockfile v1\n\nreact@^17.0.0:\n  version "17.0.2"\n\nreact@^18.0.0:\n  version "18.3.1"\n',
  });
  expect((await versionOf(folder)).pinned).toMatchObject({
    version: '18.3.1',
    note: 'yarn.lock has 1 further versions of it',
  });
});

it('requirements are followed into other files, in a circle as well', async () => {
  const folder = repository({
    'requirements.txt': '-r requirements/base.txt\nflask\n',
    'requirements/base.txt': '-r ../requirements.txt\n-r missing.txt\nFastAPI==0.121.0\n',
  });
  expect((await versionOf(folder, 'fastapi')).pinned).toEqual({ version: '0.121.0', from: 'base.txt' });
  expect((await versionOf(folder, 'flask')).pinned).toBeUndefined();
});

it('a lock of Python goes before what pyproject.toml asks for', async () => {
  const folder = repository({
    'pyproject.toml': '[project]\ndependencies = ["fastapi>=0.100", "httpx>=0.27"]\n',
    'uv.lock': 'version = 1\n[[package]]\nname = "fastapi"\nversion = "0.121.0"\n',
  });
  expect((await versionOf(folder, 'fastapi')).pinned).toEqual({ version: '0.121.0', from: 'uv.lock' });
  expect((await versionOf(folder, 'httpx')).pinned).toEqual({ version: '>=0.27', from: 'pyproject.toml' });
});

it('names that people use find the package, and no name leads out of the folder', async () => {
  const folder = repository({
    'package.json': { dependencies: { next: '^16.0.0' } },
    'node_modules/next/package.json': { version: '16.4.6' },
  });
  expect((await versionOf(folder, 'next.js')).pinned).toMatchObject({ version: '16.4.6' });
  expect((await versionOf(folder, '../node_modules/next')).pinned).toBeUndefined();
});

it('nothing above the repository is looked at', async () => {
  const outer = repository({ 'package-lock.json': npmLock({ '': '1.0.0' }) });
  mkdirSync(join(outer, 'inner/.git'), { recursive: true });
  expect((await versionOf(join(outer, 'inner'))).pinned).toBeUndefined();
  expect((await versionOf(join(outer, 'not-there'))).pinned).toMatchObject({ version: '1.0.0' });
});
