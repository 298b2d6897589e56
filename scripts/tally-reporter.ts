import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';

/** Writes what really ran, failed and was skipped, and why, to the file named by WHETSTONE_TALLY_FILE. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[], reason: TestRunEndReason) {
    const file = process.env['WHETSTONE_TALLY_FILE'];
    if (!file) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const brokenSuites = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .filter((suite) => suite.errors().length > 0);
    const stateOf = (test: TestCase) => test.result().state;
    const tally = {
      passed: tests.filter((test) => stateOf(test) === 'passed').length,
      failed: tests.filter((test) => stateOf(test) === 'failed').length + brokenSuites.length,
      failures: tests
        .filter((test) => stateOf(test) === 'failed')
        .map((test) => ({ name: nameOf(test), reason: whyFailed(test) })),
      skipped: tests
        .filter((test) => stateOf(test) === 'skipped' || stateOf(test) === 'pending')
        .map((test) => ({ name: nameOf(test), reason: whySkipped(test) })),
      brokenSuites: brokenSuites.map(nameOf),
      unhandledErrors: unhandledErrors.length,
      interrupted: reason === 'interrupted',
    };
    writeFileSync(file, JSON.stringify(tally));
  }
}

const whyFailed = (test: TestCase) => test.result().errors?.[0]?.message.split('\n')[0] ?? 'no reason given';

function whySkipped(test: TestCase) {
  const result = test.result();
  if (result.state === 'pending') return 'it did not get its turn';
  if (result.state === 'skipped' && result.note) return result.note;
  if (isBroken(test.parent)) return 'its suite failed to set up';
  return test.options.mode === 'todo' ? 'still to be written' : 'no reason given';
}

function isBroken(suite: TestSuite | TestModule): boolean {
  return suite.errors().length > 0 || (suite.type === 'suite' && isBroken(suite.parent));
}

const nameOf = (task: TestCase | TestSuite | TestModule) =>
  task.type === 'module' ? task.relativeModuleId : `${task.module.relativeModuleId} > ${task.fullName}`;
