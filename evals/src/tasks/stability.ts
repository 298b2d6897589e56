import type { TestOutcome, TestReport } from './test-report.ts';

export interface Measured {
  fail_to_pass: string[];
  pass_to_pass: string[];
  /** Passed sometimes, and not in the one way a test may: not before, always after. */
  quarantine: { test: string; base: string; gold: string }[];
  /** Passed every time before and never after: the change broke it. */
  broken: string[];
  /** Never passed: says nothing about an answer. */
  neverPassed: string[];
}

/** What repeated runs of base and gold say of each test. A run that cannot be read has passed nothing. */
export function measure(base: readonly TestReport[], gold: readonly TestReport[]): Measured {
  const measured: Measured = { fail_to_pass: [], pass_to_pass: [], quarantine: [], broken: [], neverPassed: [] };
  const ids = new Set([...base, ...gold].flatMap((report) => [...testsOf(report).keys()]));
  for (const test of [...ids].toSorted()) {
    const before = passes(base, test);
    const after = passes(gold, test);
    const share = (count: number, runs: readonly TestReport[]) => count / runs.length;
    const [b, g] = [share(before, base), share(after, gold)];
    if (b === 0 && g === 1) measured.fail_to_pass.push(test);
    else if (b === 1 && g === 1) measured.pass_to_pass.push(test);
    else if (b === 0 && g === 0) measured.neverPassed.push(test);
    else if (b === 1 && g === 0) measured.broken.push(test);
    else measured.quarantine.push({ test, base: `${before}/${base.length}`, gold: `${after}/${gold.length}` });
  }
  return measured;
}

const nothing: ReadonlyMap<string, TestOutcome> = new Map();
const testsOf = (report: TestReport) => ('tests' in report ? report.tests : nothing);

const passes = (runs: readonly TestReport[], test: string) =>
  runs.filter((run) => testsOf(run).get(test) === 'passed').length;
