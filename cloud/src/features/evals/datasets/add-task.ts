import { git, gitText, openScratch, writeTask } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Ctx } from '../../../context.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { readTasks } from './read-tasks.ts';
import { taskSetRepository } from './repository.ts';
import { takenNames } from './published.ts';
import { filesSha256, type Tasks } from './task-files.ts';
import type { TaskFolders } from './task-folders.ts';

/** A task made of files: what they are, what they should become, and a program that tells the one from the other. */
export interface PlainTask {
  id: string;
  title: string;
  language: string;
  instruction: string;
  /** Path -> content. */
  base: Record<string, string>;
  /** null: the file is gone. */
  gold: Record<string, string | null>;
  /** For Node: stands beside the files, reads them, runs nothing of them, and writes TAP. */
  check: { path: string; text: string };
}

interface Dependencies {
  folders: TaskFolders;
  reposDirs: readonly string[];
}

const mostTasks = 500;

/**
 * Adds a task to a data set of the project, in its next version. In two steps, since the first makes a repository and tries the check
 * on it: refused unless that fails before and passes after.
 */
export const taskAdder =
  ({ folders, reposDirs }: Dependencies) =>
  async (ctx: Ctx, name: string, task: PlainTask): Promise<(ctx: Ctx) => Promise<number>> => {
    if (takenNames.has(name))
      throw new WhetstoneError('conflict', `"${name}" is the name of a data set that everybody has; choose another`);
    const files = await filesOf(task);
    const found = await ctx.transaction((tx) => taskSetRepository.find(tx, name, undefined));
    const known = found && (await ctx.transaction((tx) => taskSetRepository.tasks(tx, name, found.sha256)));
    const tasks: Tasks = { ...known, [task.id]: files };
    if (Object.keys(tasks).length > mostTasks)
      throw new WhetstoneError(
        'conflict',
        `the data set "${name}" has ${mostTasks} tasks, the most; choose another name`,
      );
    const { sha256 } = await folders.put(tasks, (folder) => readTasks(folder, { reposDirs, lookForCommits: true }));
    return (within) =>
      within.transaction(async (tx) => {
        await lockProject(tx);
        const now = await taskSetRepository.find(tx, name, undefined);
        if (now?.sha256 !== found?.sha256)
          throw new WhetstoneError('conflict', `the data set "${name}" was changed at the same time; try again`);
        const bytes = Buffer.byteLength(JSON.stringify(tasks));
        const row = await taskSetRepository.put(tx, { name, sha256, filesSha256: filesSha256(tasks), bytes, tasks });
        return row.taskCount;
      });
  };

/** The task's folder: a repository of one commit in a bundle, and the two patches. */
async function filesOf({ id, title, language, instruction, base, gold, check }: PlainTask) {
  const scratch = await openScratch();
  try {
    const repo = join(scratch.folder, 'repo');
    const folder = join(scratch.folder, id);
    await mkdir(folder);
    await writeAll(repo, { ...base, 'WHETSTONE-TASK.md': `${title}\n` });
    await git(['init', '--quiet', '--initial-branch=main'], { cwd: repo });
    const commit = await commitOf(repo, 'As an agent left it');
    await git(['bundle', 'create', '--quiet', join(folder, 'repo.bundle'), 'HEAD', 'main'], { cwd: repo });
    await writeAll(repo, { [check.path]: check.text });
    const before = await reportOf(repo, check.path);
    const testPatch = await patchOf(repo);
    await git(['reset', '--quiet', '--hard', commit], { cwd: repo });
    await git(['clean', '-qfdx'], { cwd: repo });
    await writeAll(repo, gold);
    const goldPatch = await patchOf(repo);
    await writeAll(repo, { [check.path]: check.text });
    const after = await reportOf(repo, check.path);
    const failing = [...after.keys()].filter((test) => before.get(test) === false);
    if (failing.length === 0 || [...after.values()].includes(false))
      throw new WhetstoneError(
        'conflict',
        'no task can be made of this correction: its check does not tell what the agent left from what the person made of it',
      );
    await writeTask(
      {
        folder,
        instruction,
        testPatch,
        goldPatch,
        file: {
          schema: '1',
          id,
          title,
          difficulty: 'easy',
          language,
          type: 'refactor',
          tags: ['correction'],
          repo: { git: 'repo.bundle', base_commit: commit, subdir: '' },
          env: { runtime: 'node', setup: [], deps: [], network: false, cpus: 1, memory_mb: 512, env: { TZ: 'UTC' } },
          tests: {
            command: `node ${check.path}`,
            parser: 'tap',
            fail_to_pass: failing,
            pass_to_pass: [...after.keys()].filter((test) => before.get(test) === true),
            protected: [check.path],
            timeout_s: 60,
            retries: 0,
            quarantine: [],
          },
          limits: { wall_s: 1800 },
          provenance: {},
        },
      },
      { seal: true },
    );
    const names = await readdir(folder);
    const read = async (name: string) =>
      [name, await readFile(join(folder, name), name.endsWith('.bundle') ? 'base64' : 'utf8')] as const;
    return Object.fromEntries(await Promise.all(names.map(read)));
  } finally {
    await scratch.remove();
  }
}

async function writeAll(root: string, files: Record<string, string | null>) {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    if (text === null) {
      await rm(file, { force: true });
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

const author = ['-c', 'user.name=Whetstone', '-c', 'user.email=whetstone@localhost'];

async function commitOf(repo: string, message: string): Promise<string> {
  await git(['add', '--all', '--force'], { cwd: repo });
  await git([...author, 'commit', '--quiet', '--no-verify', '-m', message], { cwd: repo });
  return gitText(['rev-parse', 'HEAD'], { cwd: repo });
}

async function patchOf(repo: string): Promise<Buffer> {
  await git(['add', '--all', '--force'], { cwd: repo });
  return git(['diff', '--cached', '--binary', '--no-color', '--no-ext-diff', 'HEAD'], { cwd: repo });
}

const run = promisify(execFile);

/** What the check says of each of its tests. It is our own program: what it reads is not. */
async function reportOf(repo: string, check: string): Promise<Map<string, boolean>> {
  const { stdout } = await run(process.execPath, [check], { cwd: repo, timeout: 30_000, env: {}, maxBuffer: 2 ** 20 });
  return new Map([...stdout.matchAll(/^(not )?ok \d+ - (.+)$/gm)].map(([, not, name]) => [name!, not === undefined]));
}
