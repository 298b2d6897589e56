import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryAt } from '../../src/features/evals/executor/repository-at.ts';

// As an ordinary user runs commands as themselves, there is nothing to open.
it.runIf(process.getuid?.() === 0)(
  'lends files to whoever root runs commands as, also under the umask of the server',
  async () => {
    const reposDir = mkdtempSync(join(tmpdir(), 'whetstone-repos-'));
    const repo = join(reposDir, 'agent');
    mkdirSync(join(repo, 'src'), { recursive: true });
    writeFileSync(join(repo, 'src/agent.sh'), 'true\n', { mode: 0o755 });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: repo });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'feat: an agent');
    const commit = git('rev-parse', 'HEAD').toString().trim();
    const before = process.umask(0o077);
    try {
      const { folder, remove } = await repositoryAt([reposDir], { repo: 'agent', commit });
      const modes = ['.', 'src', 'src/agent.sh'].map((path) => statSync(join(folder, path)).mode & 0o005);
      expect(modes).toEqual([0o005, 0o005, 0o005]);
      await remove();
    } finally {
      process.umask(before);
      rmSync(reposDir, { recursive: true });
    }
  },
);
