import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newTask } from '../../../evals/src/tasks/new-task.ts';
import type { TaskFile } from '../../../evals/src/tasks/task-file.ts';
import { readTask, writeTask } from '../../../evals/src/tasks/task-folder.ts';
import { sumsRepository } from '../../../evals/test/support/small-repository.ts';

/** A small repository with a mistake and its repair, and tasks made of that as somebody would send them. */
export async function someTasks() {
  const repository = sumsRepository();
  const bundle = join(repository.path, '.git', 'all.bundle');
  repository.git('bundle', 'create', '--quiet', bundle, 'HEAD', 'main');
  const bundled = (await readFile(bundle)).toString('base64');

  const out = await mkdtemp(join(tmpdir(), 'whetstone-test-task-'));
  const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out });
  const made = await readTask(folder);

  /** Sealed as `task validate` does, but for its runs of the tests: what they found out is known. */
  async function files(change: (file: TaskFile) => TaskFile = (file) => file) {
    const { repo, tests } = made.file;
    const known: TaskFile = {
      ...made.file,
      id: 'sums',
      repo: { ...repo, git: 'repo.bundle' },
      tests: { ...tests, command: 'node --test', parser: 'exit-code', fail_to_pass: ['command'], pass_to_pass: [] },
    };
    const task = { ...made, folder: await mkdtemp(join(out, 'sealed-')), instruction: 'Mend add.\n' };
    await writeTask({ ...task, file: change(known) }, { seal: true });
    const text = (name: string) => readFile(join(task.folder, name), 'utf8');
    return {
      'task.toml': await text('task.toml'),
      'instruction.md': await text('instruction.md'),
      'test.patch': await text('test.patch'),
      'gold.patch': await text('gold.patch'),
    };
  }

  return {
    repository,
    bundled,
    files,
    /** With the bundle beside it. */
    whole: async (id = 'sums') => ({ ...(await files((file) => ({ ...file, id }))), 'repo.bundle': bundled }),
    remove: () => Promise.all([repository.path, out].map((path) => rm(path, { recursive: true, force: true }))),
  };
}
