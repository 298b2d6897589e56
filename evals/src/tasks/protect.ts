import picomatch from 'picomatch';
import { readablePath, type TreeChange, type Trees } from './trees.ts';

/** Files that say what tests run and how: never an answer's to change, whatever a task lists. */
const runnerFiles = [
  '**/vitest.config.*',
  '**/vitest.workspace.*',
  '**/vite.config.*',
  '**/jest.config.*',
  '**/conftest.py',
  '**/pytest.ini',
  '**/tox.ini',
  '**/sitecustomize.py',
  '**/usercustomize.py',
  '**/.npmrc',
];

export type Layered = { tree: string; overridden: readonly string[] } | { refused: string };

/**
 * The base with an answer's patch, and test.patch over it. Where the patch touches what is protected (the globs, and every
 * file of test.patch), the base's own file is put back first: `overridden` names these.
 */
export async function layer(
  trees: Trees,
  {
    base,
    answer,
    testPatch,
    protectedGlobs,
  }: { base: string; answer: Buffer; testPatch: Buffer; protectedGlobs: readonly string[] },
): Promise<Layered> {
  const answered = await trees.apply(base, answer);
  if ('refused' in answered) return { refused: answered.refused };
  const changes = await trees.changes(base, answered.tree);
  const flaw = changes.map(forbidden).find((reason) => reason !== undefined);
  if (flaw !== undefined) return { refused: flaw };

  const tested = await trees.apply(base, testPatch);
  if ('refused' in tested) throw new Error(`test.patch does not apply to its base: ${tested.refused}`);
  const testFiles = new Set((await trees.changes(base, tested.tree)).map(({ path }) => path));
  const isProtected = picomatch([...protectedGlobs, ...runnerFiles], { dot: true, nocase: true });
  const overridden = changes.filter(({ path }) => testFiles.has(path) || isProtected(readablePath(path)));
  const kept = overridden.length === 0 ? answered.tree : await trees.put(answered.tree, overridden, 'old');
  const graded = await trees.apply(kept, testPatch);
  if ('refused' in graded) return { refused: `the hidden tests no longer fit: ${graded.refused}` };
  return { tree: graded.tree, overridden: overridden.map(({ path }) => readablePath(path)) };
}

/** Git itself refuses `..`, absolute paths and `.git`. */
function forbidden({ path, oldMode, newMode }: TreeChange): string | undefined {
  const name = JSON.stringify(readablePath(path));
  if (newMode === '120000') return `${name} would be a symbolic link`;
  if (newMode === '160000' || oldMode === '160000') return `${name} would change a submodule`;
  if (path.split('/').includes('node_modules')) return `${name} lies in node_modules`;
  return undefined;
}
