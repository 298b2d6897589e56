import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { workspace } from '../../src/docs/workspace.ts';

/** Of package managers as they wrote them (npm 10, pnpm 12, yarn 1.22 and 4.9), addresses aside; those of Python after their formats. */
const locked = (name: string) => readFileSync(join(import.meta.dirname, '../support/lockfiles', `${name}.txt`), 'utf8');

const manifest = (dependencies: object, rest: object = {}) => JSON.stringify({ dependencies, ...rest });
const node = {
  'package.json': manifest(
    { semver: '^7.7.0', 'old-semver': 'npm:semver@^6.3.0', ms: '2.1.2' },
    { devDependencies: { debug: '~4.3.4' } },
  ),
  'packages/web/package.json': manifest(
    { semver: '^5.7.0', '@acme/lib': '*' },
    { optionalDependencies: { ms: '^2.1.3' } },
  ),
  'packages/lib/package.json': manifest({ debug: '^2.6.9' }),
};
const fromGit = 'git+https://git.example/our-tools.git@main#egg=our-tools';
const requirements = {
  'requirements.txt': `-r base.txt\nflask[async]==3.0.3 ; python_version >= "3.8"\nnumpy>=1.26,<2\nRuamel.Yaml==0.18.6 --hash=sha256:00\n${fromGit}\n`,
  'base.txt': 'werkzeug==3.0.4\n',
};

const trees: Record<string, Record<string, string>> = {
  npm: { ...node, 'package-lock.json': locked('npm') },
  pnpm: { ...node, 'pnpm-lock.yaml': locked('pnpm') },
  'yarn 1': { ...node, 'yarn.lock': locked('yarn-1') },
  'yarn 4': { ...node, 'yarn.lock': locked('yarn-4') },
  requirements,
  poetry: { 'poetry.lock': locked('poetry') },
  uv: { 'uv.lock': locked('uv'), 'packages/web/pyproject.toml': '[project]\nname = "web"\n' },
};

const nodeKinds = ['npm', 'pnpm', 'yarn 1', 'yarn 4'];
const ofNode: [what: string, library: string, folder: string, version: string | undefined][] = [
  ['of the root', 'semver', '.', '7.8.6'],
  ['exact', 'ms', '.', '2.1.2'],
  ['for development', 'debug', '.', '4.3.7'],
  ['of a package of the workspace', 'semver', 'packages/web', '5.7.3'],
  ['optional', 'ms', 'packages/web', '2.1.3'],
  ['older in another package', 'debug', 'packages/lib', '2.6.9'],
  ['of the root, asked for where nobody names it', 'old-semver', 'packages/web', '6.3.2'],
  ['under another name', 'old-semver', '.', '6.3.2'],
  ['in a folder without a package of its own', 'semver', 'src/deep', '7.8.6'],
  ['that is not there', 'react', '.', undefined],
];
const ofPython: [kind: string, what: string, library: string, folder: string, version: string | undefined][] = [
  ['requirements', 'pinned, with an extra and a marker', 'flask', '.', '3.0.3'],
  ['requirements', 'a range', 'numpy', '.', '>=1.26 <2'],
  ['requirements', 'spelled another way, with a hash', 'ruamel-yaml', '.', '0.18.6'],
  ['requirements', 'in a file that is included', 'Werkzeug', '.', '3.0.4'],
  ['requirements', 'from git', 'our-tools', '.', undefined],
  ['poetry', 'of the root', 'flask', '.', '3.0.3'],
  ['poetry', 'two by markers: the newest', 'numpy', '.', '2.1.3'],
  ['poetry', 'spelled another way', 'ruamel.yaml', '.', '0.18.6'],
  ['poetry', 'from git, with a version of its own', 'our-tools', '.', '0.4.0'],
  ['uv', 'of the root', 'flask', '.', '3.0.3'],
  ['uv', 'two by markers: the newest', 'numpy', '.', '2.1.3'],
  ['uv', 'of a member of the workspace', 'flask', 'packages/web', '3.0.3'],
  ['uv', 'from git, with a version of its own', 'our-tools', '.', '0.4.0'],
  ['uv', 'that is not there', 'django', '.', undefined],
];

const rows = [...nodeKinds.flatMap((kind) => ofNode.map((row) => [kind, ...row] as const)), ...ofPython];

it.each(rows)('%s, %s: %s in %s is %s', async (kind, _what, library, folder, version) => {
  const root = mkdtempSync(join(tmpdir(), 'whetstone-locked-'));
  for (const [path, text] of Object.entries({ ...trees[kind], '.git/HEAD': '' })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const place = join(root, folder);
  mkdirSync(place, { recursive: true });
  const { pinned, problems } = await workspace().versionOf(library, place);
  expect(problems).toEqual([]);
  expect(pinned?.version).toBe(version);
});
