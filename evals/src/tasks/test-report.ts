import type { TestParser } from './task-file.ts';
import { readExitCode } from './parsers/exit-code.ts';
import { readGoJson } from './parsers/go-json.ts';
import { readJestJson } from './parsers/jest-json.ts';
import { readJunit } from './parsers/junit.ts';
import { readTap } from './parsers/tap.ts';

/** `error`: the test could not be run (its file does not load, its fixture broke). */
export type TestOutcome = 'passed' | 'failed' | 'skipped' | 'error';

export interface TestOutput {
  exitCode?: number;
  stdout: string;
  /** What the command wrote into the file WHETSTONE_REPORT names. */
  report?: string;
  /** Working folder of the command: ids name files relative to it. */
  root: string;
}

/** Outcomes by the id of a test, or why nothing can be said. What is broken or cut off never counts as anything passed. */
export type TestReport = { tests: ReadonlyMap<string, TestOutcome> } | { unreadable: string };

const readers: Record<TestParser, (output: TestOutput) => TestReport> = {
  'vitest-json': readJestJson,
  'jest-json': readJestJson,
  'pytest-junit': readJunit,
  tap: readTap,
  'go-json': readGoJson,
  'exit-code': readExitCode,
};

export function readTestReport(parser: TestParser, output: TestOutput): TestReport {
  const read = readers[parser](output);
  return 'tests' in read && read.tests.size === 0 ? { unreadable: 'the report tells of no test' } : read;
}
