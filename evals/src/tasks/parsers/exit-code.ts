import type { TestOutput, TestReport } from '../test-report.ts';

/** The one test there is when only the exit code speaks. */
const wholeCommand = 'command';

/** 126 and 127 are the shell's own: it could not start the command. */
export function readExitCode({ exitCode }: TestOutput): TestReport {
  if (exitCode === undefined) return { unreadable: 'the command was ended by a signal' };
  if (exitCode === 126 || exitCode === 127)
    return { unreadable: `the shell could not start the command (exit code ${exitCode})` };
  return { tests: new Map([[wholeCommand, exitCode === 0 ? 'passed' : 'failed']]) };
}
