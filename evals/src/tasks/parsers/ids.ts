import type { TestOutcome } from '../test-report.ts';

const gravest: readonly TestOutcome[] = ['passed', 'skipped', 'failed', 'error'];

/** Two tests of one name are two tests: the second is called `name #2`, in the order of the report. */
export function addNumbered(tests: Map<string, TestOutcome>, name: string, outcome: TestOutcome) {
  let id = name;
  for (let count = 2; tests.has(id); count += 1) id = `${name} #${count}`;
  tests.set(id, outcome);
}

/** A test that is told of twice (its body, its teardown) is as bad as the worse of them. */
export function addWorse(tests: Map<string, TestOutcome>, id: string, outcome: TestOutcome) {
  const before = tests.get(id);
  if (before === undefined || gravest.indexOf(outcome) > gravest.indexOf(before)) tests.set(id, outcome);
}

/** A path as the repository knows it, wherever its copy lay. */
export function withoutRoot(path: string, root: string): string {
  const folder = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}

export const reportText = ({ report, stdout }: { report?: string; stdout: string }) => report ?? stdout;
