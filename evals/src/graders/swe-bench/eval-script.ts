import type { SweBenchProblem } from '../../problem.ts';
import { directivesOf, filesOf, newFilesOf, testCommandOf } from './test-command.ts';
import { shellQuoted } from '../../shell-quoted.ts';

/** Between these lines of the log is what the tests said. */
export const marks = {
  applied: '>>>>> Applied the patch',
  notApplied: '>>>>> The patch does not apply',
  begin: '>>>>> Tests begin',
  end: '>>>>> Tests end',
} as const;

/**
 * Runs inside the image of an instance, where its repository lies in /testbed and its environment is conda's `testbed`:
 * applies the answer, then the hidden tests over whatever the answer did to their files, and runs those.
 */
export function evalScript(problem: SweBenchProblem): string {
  const { repo, baseCommit, testPatch } = problem;
  const command = testCommandOf(repo);
  if (!command) throw new Error(`no test command is known for ${repo}`);
  const made = newFilesOf(testPatch);
  const kept = filesOf(testPatch).filter((path) => !made.includes(path));
  const putBack = [
    ...(kept.length > 0 ? [`git checkout ${baseCommit} -- ${kept.map(shellQuoted).join(' ')}`] : []),
    ...(made.length > 0 ? [`rm -f ${made.map(shellQuoted).join(' ')}`] : []),
  ];
  return [
    'source /opt/miniconda3/bin/activate',
    'conda activate testbed',
    'cd /testbed',
    'git config --global --add safe.directory /testbed',
    // SWE-bench tries these one after the other: models write hunks whose context is a little off.
    'if git apply --verbose /work/answer.patch || git apply --verbose --reject /work/answer.patch ||',
    '  patch --batch --fuzz=5 -p1 -i /work/answer.patch',
    `then echo '${marks.applied}'; else echo '${marks.notApplied}'; exit 0; fi`,
    ...putBack,
    'git apply --verbose /work/test.patch || exit 3',
    `echo '${marks.begin}'`,
    `${command.command} ${directivesOf(testPatch, command).map(shellQuoted).join(' ')}`,
    `echo '${marks.end}'`,
    ...putBack,
    '',
  ].join('\n');
}
