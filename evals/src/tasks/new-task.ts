import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import picomatch from 'picomatch';
import { difficultyOf, draftInstruction, languageOf, storyOf } from './commit-story.ts';
import { factsAt, installedModules, readCommit } from './repo-facts.ts';
import { defaultTestGlobs, findRunner, type Runner } from './runner.ts';
import { openScratch } from './scratch.ts';
import type { TaskFile, TestParser } from './task-file.ts';
import { writeTask, type Task } from './task-folder.ts';
import { openTrees, readablePath, type TreeChange, type Trees } from './trees.ts';

export interface NewTaskOptions {
  commit: string;
  /** A checkout or a bare repository. */
  repo: string;
  /** Tasks are written into folders below it, by their id. */
  out: string;
  id?: string | undefined;
  testGlobs?: readonly string[] | undefined;
  command?: string | undefined;
  parser?: TestParser | undefined;
}

/** Makes a task of a commit: its tests become test.patch, the rest gold.patch. What the tests say is left to `validate`. */
export async function newTask({ commit, repo, out, id, testGlobs, command, parser }: NewTaskOptions): Promise<Task> {
  const found = await readCommit(repo, commit);
  const [parent, second] = found.parents;
  const named = `commit ${found.hash.slice(0, 12)}`;
  if (parent === undefined)
    throw new WhetstoneError('invalid', `${named} is a root commit: there is no state before it`);
  if (second !== undefined)
    throw new WhetstoneError('invalid', `${named} is a merge: name one of the commits that it merged`);

  const scratch = await openScratch();
  try {
    const trees = await openTrees(repo, scratch.folder);
    const [before, after] = [await trees.treeOf(parent), await trees.treeOf(found.hash)];
    const changes = await trees.changes(before, after);
    const isTest = picomatch([...(testGlobs ?? defaultTestGlobs)], { dot: true });
    const tests = changes.filter(({ path }) => isTest(readablePath(path)));
    const gold = changes.filter((change) => !tests.includes(change));
    refuseChanges(named, tests, gold);

    const testPatch = await trees.diff(before, await trees.put(before, tests, 'new'));
    const goldPatch = await trees.diff(before, await trees.put(before, gold, 'new'));
    await refuseUnfaithful(trees, { before, after, testPatch, goldPatch, named });

    const pathsOf = (list: readonly TreeChange[]) => list.map(({ path }) => readablePath(path));
    const facts = await factsAt(repo, found.hash);
    const testFiles = pathsOf(tests.filter(({ newMode }) => newMode !== '000000'));
    const runner = runnerFor({ command, parser }, () => findRunner(facts, testFiles), named);
    const story = storyOf(found);
    const canary = `whetstone task canary ${randomUUID()}`;
    const folder = resolve(out, id ?? story.id);
    if (existsSync(folder)) throw new WhetstoneError('conflict', `${folder} exists: remove it, or choose another --id`);
    const file: TaskFile = {
      schema: '1',
      ...story,
      id: id ?? story.id,
      difficulty: difficultyOf(goldPatch.toString('latin1')),
      language: languageOf(pathsOf(gold)),
      repo: {
        git: await pathToRepo(trees.checkout, repo, folder),
        base_commit: parent,
        subdir: '',
      },
      env: {
        runtime: runner.runtime,
        setup: [],
        deps: runner.needsNodeModules ? installedModules(trees.checkout, facts.files) : [],
        network: false,
        cpus: 1,
        memory_mb: 2048,
        env: {
          TZ: 'UTC',
          PYTHONHASHSEED: '0',
        },
      },
      tests: {
        command: runner.command,
        parser: runner.parser,
        fail_to_pass: [],
        pass_to_pass: [],
        protected: protectedBy([...(testGlobs ?? defaultTestGlobs), 'package.json', '**/package.json'], pathsOf(gold)),
        timeout_s: 300,
        retries: 0,
        quarantine: [],
      },
      limits: { wall_s: 1800 },
      provenance: {
        source_commit: found.hash,
        author: found.author,
        created_at: found.date,
        ...(facts.licence === undefined ? {} : { licence: facts.licence }),
        canary,
      },
    };
    const task: Task = {
      folder,
      file,
      instruction: draftInstruction(found),
      // Git skips what stands before the first header of a patch.
      testPatch: Buffer.concat([Buffer.from(`${canary}\n`), testPatch]),
      goldPatch: Buffer.concat([Buffer.from(`${canary}\n`), goldPatch]),
    };
    await writeTask(task, { seal: false });
    return task;
  } finally {
    await scratch.remove();
  }
}

function refuseChanges(named: string, tests: readonly TreeChange[], gold: readonly TreeChange[]) {
  if (tests.length === 0)
    throw new WhetstoneError('invalid', `${named} changes no tests (say which files are, with --tests)`);
  if (gold.length === 0)
    throw new WhetstoneError('invalid', `${named} changes nothing but tests: there is nothing to solve`);
  for (const { path, oldMode, newMode } of [...tests, ...gold]) {
    const what =
      oldMode === '160000' || newMode === '160000' ? 'a submodule' : newMode === '120000' ? 'a symbolic link' : '';
    if (what)
      throw new WhetstoneError(
        'invalid',
        `${named} changes ${what}, ${JSON.stringify(readablePath(path))}: answers may not`,
      );
  }
}

/** The two patches, one after the other, must give the commit back to the byte. */
async function refuseUnfaithful(
  trees: Trees,
  {
    before,
    after,
    testPatch,
    goldPatch,
    named,
  }: Record<'before' | 'after' | 'named', string> & {
    testPatch: Buffer;
    goldPatch: Buffer;
  },
) {
  const half = await trees.apply(before, goldPatch);
  const whole = 'tree' in half ? await trees.apply(half.tree, testPatch) : half;
  if ('refused' in whole || whole.tree !== after)
    throw new WhetstoneError(
      'invalid',
      `the patches of ${named} do not give it back${'refused' in whole ? `: ${whole.refused}` : ''}`,
    );
}

function runnerFor(
  given: { command?: string | undefined; parser?: TestParser | undefined },
  find: () => Runner | undefined,
  named: string,
): Runner {
  const found = find();
  const command = given.command ?? found?.command;
  const parser = given.parser ?? (given.command === undefined ? found?.parser : 'exit-code');
  if (command === undefined || parser === undefined)
    throw new WhetstoneError(
      'invalid',
      `no test runner is known for the tests of ${named}: say it with --command and --parser`,
    );
  return { command, parser, runtime: found?.runtime ?? 'sh', needsNodeModules: found?.needsNodeModules ?? false };
}

/** What the answer that is known to be right has to change cannot be protected. */
const protectedBy = (globs: readonly string[], goldFiles: readonly string[]) =>
  globs.filter((glob) => !goldFiles.some((file) => picomatch(glob, { dot: true })(file)));

/** `.` for the repository that the task lies in: it goes with every clone. */
async function pathToRepo(checkout: string | undefined, repo: string, folder: string): Promise<string> {
  const root = await realpath(checkout ?? repo);
  const path = relative(root, folder);
  return path !== '' && !path.startsWith('..') ? '.' : root;
}
