import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface SmallRepository {
  path: string;
  git(...args: string[]): string;
  write(files: Record<string, string | Buffer | { link: string } | { script: string } | undefined>): void;
  /** Everything as it lies there; the commit's hash. */
  commit(message: string): string;
}

/** A real repository with the little that a test writes into it. */
export function smallRepository(): SmallRepository {
  const path = mkdtempSync(join(tmpdir(), 'small-repository-'));
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main', ...args],
      {
        cwd: path,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ).trim();
  git('init', '--quiet');
  return {
    path,
    git,
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name);
        rmSync(file, { recursive: true, force: true });
        if (content === undefined) continue;
        mkdirSync(dirname(file), { recursive: true });
        if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, file);
        else if (typeof content === 'object' && 'script' in content) {
          writeFileSync(file, content.script);
          chmodSync(file, 0o755);
        } else writeFileSync(file, content);
      }
    },
    commit(message) {
      git('add', '--all', '--force');
      git('commit', '--quiet', '--no-verify', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}

const testOf = (name: string, body: string) =>
  `import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { add, double } from '../sums.mjs';\ntest('${name}', () => { ${body} });\n`;

export const buggy = 'export const add = (a, b) => a - b;\nexport const double = (a) => a + a;\n';
export const mended = 'export const add = (a, b) => a + b;\nexport const double = (a) => a + a;\n';

/** `add` subtracts until the second commit, which brings the test for it. */
export function sumsRepository() {
  const repository = smallRepository();
  repository.write({
    'sums.mjs': buggy,
    'package.json': '{ "type": "module", "license": "MIT", "scripts": { "test": "node --test" } }\n',
    '.gitignore': 'build/\n',
    'test/sums.test.mjs': testOf('doubles', 'assert.equal(double(2), 4);'),
  });
  const base = repository.commit('feat: sums');
  repository.write({
    'sums.mjs': mended,
    'test/sums.test.mjs': `${testOf('doubles', 'assert.equal(double(2), 4);')}test('adds', () => assert.equal(add(1, 2), 3));\ntest('adds none', () => assert.equal(add(1, 0), 1));\ntest('adds negative', () => assert.equal(add(-1, -2), -3));\n`,
  });
  const fix = repository.commit('fix(sums): add adds\n\nIt subtracted.\n\nSigned-off-by: Ada <ada@example.com>');
  return { ...repository, base, fix };
}

/** A patch as somebody would send it: `change` made on the base, and taken back. */
export function patchOf(repository: SmallRepository, base: string, change: () => void): string {
  const head = repository.git('rev-parse', 'HEAD');
  repository.git('checkout', '--quiet', '--detach', base);
  change();
  repository.git('add', '--all', '--force');
  const patch = repository.git('diff', '--cached', '--binary', '--full-index');
  repository.git('reset', '--quiet', '--hard');
  repository.git('clean', '-fdxq');
  repository.git('checkout', '--quiet', '--detach', head);
  return `${patch}\n`;
}
