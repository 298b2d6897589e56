import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockedVersion, type Locked } from '../../src/docs/lockfiles/locked.ts';
import { demandsInPyproject, plainRange, rangesInPackageJson } from '../../src/docs/lockfiles/manifests.ts';
import { versionsInNpmLock } from '../../src/docs/lockfiles/npm-lock.ts';
import { versionsInPnpmLock } from '../../src/docs/lockfiles/pnpm-lock.ts';
import { pythonName, versionsInPythonLock } from '../../src/docs/lockfiles/python-lock.ts';
import { npmRange, versionsInRequirements } from '../../src/docs/lockfiles/requirements.ts';
import { versionsInYarnLock } from '../../src/docs/lockfiles/yarn-lock.ts';

const versionOf = (locked: Locked, name: string, importer = '.', range?: string) =>
  lockedVersion(locked, { name, importer, range })?.version;

describe('package-lock.json', () => {
  const packages = {
    '': { workspaces: ['apps/*'], dependencies: { react: '^19.0.0' } },
    'apps/web': { name: 'web', dependencies: { react: '^18.0.0', lib: '*' }, devDependencies: { vitest: '^4.0.0' } },
    'packages/lib': { name: 'lib', version: '7.0.0' },
    'node_modules/react': { version: '19.2.0' },
    'node_modules/lib': { resolved: 'packages/lib', link: true },
    'node_modules/vitest': { version: '4.1.12' },
    'node_modules/@scope/deep': { version: '1.0.0' },
    'node_modules/vitest/node_modules/@scope/deep': { version: '2.0.0' },
    'apps/web/node_modules/react': { version: '18.3.1' },
  };

  it.each([2, 3])('of version %i gives each package of a workspace its own', (lockfileVersion) => {
    const locked = versionsInNpmLock(JSON.stringify({ lockfileVersion, packages }));
    expect(versionOf(locked, 'react')).toBe('19.2.0');
    expect(versionOf(locked, 'react', 'apps/web')).toBe('18.3.1');
    expect(versionOf(locked, 'vitest', 'apps/web')).toBe('4.1.12');
    expect(versionOf(locked, 'lib', 'apps/web')).toBe('7.0.0');
    // From a package that does not ask for it: what the root has.
    expect(versionOf(locked, 'react', 'packages/lib')).toBe('19.2.0');
    expect(lockedVersion(locked, { name: '@scope/deep', importer: '.' })).toEqual({ version: '2.0.0', others: 1 });
    expect(versionOf(locked, 'missing')).toBeUndefined();
  });

  it('of version 1 gives what lies at the top', () => {
    const dependencies = {
      pino: { version: '10.4.0', requires: { split2: '^4.0.0' }, dependencies: { split2: { version: '4.2.0' } } },
      split2: { version: '3.0.0' },
      app: { version: 'file:packages/app', dependencies: { pino: { version: '8.21.0' } } },
      fork: { version: 'git+ssh://git@example.org/fork.git#abc' },
    };
    const locked = versionsInNpmLock(JSON.stringify({ lockfileVersion: 1, dependencies }));
    expect(versionOf(locked, 'pino')).toBe('10.4.0');
    expect(versionOf(locked, 'pino', 'packages/app')).toBe('8.21.0');
    expect(versionOf(locked, 'split2')).toBe('3.0.0');
    expect(versionOf(locked, 'fork')).toBeUndefined();
  });

  it.each(['', '{', '[]', 'null', '{"lockfileVersion": 3}'])('that is none is an error: %j', (text) => {
    expect(() => versionsInNpmLock(text)).toThrow();
  });
});

describe('pnpm-lock.yaml', () => {
  it('of this repository says what it is made with', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../../pnpm-lock.yaml'), 'utf8');
    const catalog = readFileSync(resolve(import.meta.dirname, '../../../pnpm-workspace.yaml'), 'utf8');
    const pinned = (name: string) => new RegExp(`^  '?${name}'?: (\\S+)$`, 'm').exec(catalog)?.[1];
    const locked = versionsInPnpmLock(text);
    expect(versionOf(locked, 'zod', 'shared')).toBe(pinned('zod'));
    expect(versionOf(locked, 'fastify', 'cloud')).toBe(pinned('fastify'));
    expect(versionOf(locked, 'preact', 'cloud/dashboard')).toBe(pinned('preact'));
    expect(versionOf(locked, '@modelcontextprotocol/server', 'mcp-server')).toBe(
      pinned('@modelcontextprotocol/server'),
    );
    // Another package's, asked for from one that has none.
    expect(versionOf(locked, 'fastify', 'mcp-server')).toBe(pinned('fastify'));
    expect(locked.all.size).toBeGreaterThan(300);
  });

  const workspaceV6 = `lockfileVersion: '6.0'

importers:

  .:
    devDependencies:
      typescript:
        specifier: ^5.0.0
        version: 5.9.3

  packages/app:
    dependencies:
      '@tanstack/react-query':
        specifier: ^5.0.0
        version: 5.90.0(react@18.3.1)
      lib:
        specifier: workspace:*
        version: link:../lib
      react:
        specifier: ^18.0.0
        version: 18.3.1

packages:

  /@tanstack/react-query@5.90.0(react@18.3.1):
    resolution: {integrity: sha512-x}
    dependencies:
      react: 18.3.1

  /react@18.3.1:
    resolution: {integrity: sha512-x}

  /react@17.0.2:
    resolution: {integrity: sha512-x}
`;

  it('of version 6 has importers and peers in brackets', () => {
    const locked = versionsInPnpmLock(workspaceV6);
    expect(versionOf(locked, '@tanstack/react-query', 'packages/app')).toBe('5.90.0');
    expect(versionOf(locked, 'react', 'packages/app')).toBe('18.3.1');
    expect(versionOf(locked, 'typescript', 'packages/app')).toBe('5.9.3');
    expect(versionOf(locked, 'lib', 'packages/app')).toBeUndefined();
    expect(lockedVersion(locked, { name: 'react', importer: '.' })).toEqual({ version: '18.3.1', others: 1 });
  });

  it('of a single project has no importers before version 9', () => {
    const locked = versionsInPnpmLock(
      "lockfileVersion: '6.0'\n\ndependencies:\n  vue:\n    specifier: ^3.0.0\n    version: 3.5.45(typescript@5.9.3)\n\npackages:\n\n  /vue@3.5.45(typescript@5.9.3):\n    dev: false\n",
    );
    expect(versionOf(locked, 'vue')).toBe('3.5.45');
  });

  it('knows a dependency by the name it is asked for', () => {
    const locked = versionsInPnpmLock(
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      old-react:\n        specifier: npm:react@^17.0.0\n        version: react@17.0.2\npackages:\n  react@17.0.2:\n    resolution: {}\n",
    );
    expect(versionOf(locked, 'old-react')).toBe('17.0.2');
    expect(versionOf(locked, 'react')).toBe('17.0.2');
  });

  it.each(['', 'just text', "lockfileVersion: '9.0'\nimporters:\n  .: [unclosed\n"])(
    'that is none is an error: %j',
    (text) => {
      expect(() => versionsInPnpmLock(text)).toThrow();
    },
  );
});

describe('yarn.lock', () => {
  it('of version 1 is read by the ranges that are asked for', () => {
    const locked = versionsInYarnLock(`# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@babel/core@^7.0.0", "@babel/core@^7.20.0":
  version "7.28.5"
  dependencies:
    react "^17.0.0"

react@^17.0.0:
  version "17.0.2"

react@^18.0.0, react@^18.2.0:
  version "18.3.1"
`);
    expect(versionOf(locked, 'react', '.', '^18.2.0')).toBe('18.3.1');
    expect(versionOf(locked, 'react', '.', '^17.0.0')).toBe('17.0.2');
    expect(versionOf(locked, '@babel/core', '.', '^7.20.0')).toBe('7.28.5');
    expect(lockedVersion(locked, { name: 'react', importer: '.' })).toEqual({ version: '18.3.1', others: 1 });
  });

  it('of later versions knows the packages of the workspace', () => {
    const locked = versionsInYarnLock(`__metadata:
  version: 8
  cacheKey: 10c0

"app@workspace:packages/app":
  version: 0.0.0-use.local
  resolution: "app@workspace:packages/app"
  dependencies:
    react: "npm:^18.0.0"
  languageName: unknown
  linkType: soft

"react@npm:^18.0.0":
  version: 18.3.1
  resolution: "react@npm:18.3.1"
  languageName: node
  linkType: hard

"react@npm:^19.0.0":
  version: 19.2.0
  resolution: "react@npm:19.2.0"
  languageName: node
  linkType: hard

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
  dependencies:
    app: "workspace:*"
    react: "npm:^19.0.0"
  languageName: unknown
  linkType: soft
`);
    expect(versionOf(locked, 'react')).toBe('19.2.0');
    expect(versionOf(locked, 'react', 'packages/app')).toBe('18.3.1');
  });

  it('that does not say so is none', () =>
    expect(() => versionsInYarnLock('react@^18:\n  version "18.3.1"\n')).toThrow());
});

describe('of Python', () => {
  it('requirements.txt has pins, ranges and further files', () => {
    const { pins, ranges, includes } = versionsInRequirements(`
# what runs
-r base.txt
--constraint constraints.txt
FastAPI[all] == 0.121.0 ; python_version >= "3.9"  # the API
zope.interface==7.1.1 \\
    --hash=sha256:abc \\
    --hash=sha256:def
httpx>=0.27,<0.29
pydantic~=2.11.0
uvicorn
-e ./local
https://example.org/wheel.whl
`);
    expect([...pins]).toEqual([
      ['fastapi', '0.121.0'],
      ['zope-interface', '7.1.1'],
    ]);
    expect(ranges.get('httpx')).toBe('>=0.27 <0.29');
    expect(ranges.get('pydantic')).toBe('>=2.11.0 <2.12');
    expect(ranges.has('uvicorn')).toBe(false);
    expect(includes).toEqual(['base.txt', 'constraints.txt']);
  });

  it('a clause is a range as npm has it', () => {
    expect(npmRange('==1.2.*')).toBe('1.2.x');
    expect(npmRange('~=1.4')).toBe('>=1.4 <2');
    expect(npmRange('^2.1')).toBe('^2.1');
    expect(npmRange('*')).toBeUndefined();
    expect(npmRange('')).toBeUndefined();
  });

  it('poetry.lock lists every package', () => {
    const locked = versionsInPythonLock(
      '[[package]]\nname = "Flask_Login"\nversion = "0.6.3"\noptional = false\n\n[metadata]\nlock-version = "2.1"\n',
    );
    expect(versionOf(locked, pythonName('flask.login'))).toBe('0.6.3');
  });

  it('uv.lock says which of several versions the project itself asks for', () => {
    const locked = versionsInPythonLock(`version = 1
requires-python = ">=3.9"

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "numpy", version = "2.0.2", source = { registry = "https://pypi.example/simple" } }, { name = "httpx" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "numpy"
version = "2.0.2"
source = { registry = "https://pypi.example/simple" }

[[package]]
name = "numpy"
version = "2.3.5"
source = { registry = "https://pypi.example/simple" }

[[package]]
name = "httpx"
version = "0.28.1"
source = { registry = "https://pypi.example/simple" }

[[package]]
name = "pytest"
version = "9.0.1"
source = { registry = "https://pypi.example/simple" }
`);
    expect(lockedVersion(locked, { name: 'numpy', importer: '.' })).toEqual({ version: '2.0.2', others: 1 });
    expect(versionOf(locked, 'httpx')).toBe('0.28.1');
    expect(versionOf(locked, 'pytest')).toBe('9.0.1');
    expect(versionOf(locked, 'app')).toBeUndefined();
  });

  it('pyproject.toml asks in three ways', () => {
    const demands = demandsInPyproject(`
[project]
dependencies = ["fastapi>=0.120", "Pydantic[email]==2.12.0"]
[project.optional-dependencies]
test = ["pytest>=9"]
[dependency-groups]
dev = ["ruff==0.14.0", { include-group = "x" }]
[tool.poetry.dependencies]
python = "^3.11"
django = { version = "^5.2", extras = ["argon2"] }
`);
    const of = (name: string) => demands.find((demand) => demand.name === name);
    expect(of('fastapi')?.range).toBe('>=0.120');
    expect(of('pydantic')?.pin).toBe('2.12.0');
    expect(of('ruff')?.pin).toBe('0.14.0');
    expect(of('django')?.range).toBe('^5.2');
  });

  it.each(['', 'no = "packages"', '[[package'])('a lock that is none is an error: %j', (text) => {
    expect(() => versionsInPythonLock(text)).toThrow();
  });
});

it('package.json asks for ranges, and for what is none', () => {
  const ranges = rangesInPackageJson(
    JSON.stringify({
      dependencies: { a: '^1.0.0', b: 'npm:c@^2.0.0' },
      devDependencies: { a: '^0.9.0', d: 'file:../d', e: 7 },
    }),
  );
  expect(ranges.get('a')).toBe('^1.0.0');
  expect(plainRange(ranges.get('b')!)).toBe('^2.0.0');
  expect(plainRange(ranges.get('d')!)).toBeUndefined();
  expect(plainRange('catalog:')).toBeUndefined();
  expect(plainRange('workspace:^3.0.0')).toBe('^3.0.0');
  expect(plainRange('latest')).toBeUndefined();
  expect(plainRange('>=18 <20')).toBe('>=18 <20');
});
