import { stripVTControlCharacters } from 'node:util';
import type { TestOutcome } from '../../tasks/test-report.ts';
import type { TestCommand } from './test-command.ts';

/** What a repository's tests said, by their names in SWE-bench. An expected failure that fails counts as passed there. */
export function readLog(log: string, kind: TestCommand['log']): Map<string, TestOutcome> {
  return readers[kind](log.split('\n').map((line) => stripVTControlCharacters(line).trimEnd()));
}

const readers: Record<TestCommand['log'], (lines: readonly string[]) => Map<string, TestOutcome>> = {
  pytest: readPytest,
  django: readDjango,
  sympy: readSympy,
};

const pytestWords: Readonly<Record<string, TestOutcome>> = {
  PASSED: 'passed',
  FAILED: 'failed',
  ERROR: 'error',
  SKIPPED: 'skipped',
  XFAIL: 'passed',
};

/** `PASSED name` in the summary of -rA, `name PASSED` with -v. */
function readPytest(lines: readonly string[]): Map<string, TestOutcome> {
  const outcomes = new Map<string, TestOutcome>();
  for (const line of lines) {
    const [first = '', second = ''] = line.split(/\s+/);
    const [word, name] = pytestWords[first] ? [first, second] : [second, first];
    const outcome = pytestWords[word];
    // `SKIPPED [2] file:line` counts tests and names none.
    if (!outcome || name === '' || /^\[\d+\]$/.test(name)) continue;
    outcomes.set(shortOption(name), outcome);
  }
  return outcomes;
}

/** A path as a parameter differs between machines: its last part stands for it. */
const shortOption = (name: string) =>
  name.replace(/\[\/(?!\/)([^*\]]*)\]$/, (_, path: string) => `[/${path.split('/').at(-1)}]`);

const djangoWords: Readonly<Record<string, TestOutcome>> = {
  ok: 'passed',
  OK: 'passed',
  FAIL: 'failed',
  ERROR: 'error',
  'expected failure': 'passed',
};

/** unittest at verbosity 2: `name (class) ... ok`, where the word may come lines later when the test printed something. */
function readDjango(lines: readonly string[]): Map<string, TestOutcome> {
  const outcomes = new Map<string, TestOutcome>();
  let open: string | undefined;
  for (const line of lines.map((text) => text.trim())) {
    const [, name, rest = ''] = /^(.*?) \.\.\. ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      open = name;
      const outcome = rest.startsWith('skipped') ? 'skipped' : djangoWords[rest.trim()];
      if (outcome) outcomes.set(name, outcome);
      continue;
    }
    const [, late] = /^(?:.*\b)?(ok|FAIL|ERROR)$/.exec(line) ?? [];
    if (late && open !== undefined && !outcomes.has(open)) outcomes.set(open, djangoWords[late] ?? 'error');
    // The list of what failed, at the end, is right whatever a line before it lost.
    const [, listed, which] = /^(FAIL|ERROR): (.+)$/.exec(line) ?? [];
    if (listed && which) outcomes.set(which, listed === 'FAIL' ? 'failed' : 'error');
  }
  return outcomes;
}

const sympyWords: Readonly<Record<string, TestOutcome>> = {
  ok: 'passed',
  F: 'failed',
  E: 'error',
  f: 'passed',
  s: 'skipped',
};

/** `test_name ok`, F or E. */
function readSympy(lines: readonly string[]): Map<string, TestOutcome> {
  const outcomes = new Map<string, TestOutcome>();
  for (const line of lines) {
    const [, name, word = ''] = /^\s*(test_\S+)(?:.*\s)(ok|F|E|f|s)(?:\s*\[\w+\])?$/.exec(line) ?? [];
    const outcome = sympyWords[word];
    if (name && outcome) outcomes.set(name, outcome);
  }
  return outcomes;
}
