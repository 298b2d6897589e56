import { readFileSync } from 'node:fs';

/** What `tally-reporter.ts` left behind; undefined when the run ended before it could. */
export function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** One tally of several runners' ones; undefined when one of them left none. */
export const together = (tallies) =>
  tallies.reduce(
    (sum, tally) =>
      sum &&
      tally && {
        passed: sum.passed + tally.passed,
        failed: sum.failed + tally.failed,
        failures: [...sum.failures, ...tally.failures],
        skipped: [...sum.skipped, ...tally.skipped],
        brokenSuites: [...sum.brokenSuites, ...tally.brokenSuites],
        unhandledErrors: sum.unhandledErrors + tally.unhandledErrors,
        interrupted: sum.interrupted || tally.interrupted,
      },
  );

export const countLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped.length} skipped`;

/**
 * What to print after a run, the count last, and whether the run was good. A run that broke off has no count. What
 * failed is named once more at the end, where it is found under thousands of lines of what did not.
 */
export function verdict(tally, { code, signal }) {
  const ending = signal ? `signal ${signal}` : `exit code ${code}`;
  if (!tally)
    return { good: false, lines: [`The test runner ended without reporting (${ending}): nothing was counted.`] };

  const problems = [
    ...tally.failures.map(({ name, reason }) => `failed: ${name}: ${reason}`),
    ...tally.brokenSuites.map((name) => `Failed before or after its tests, counted as failed: ${name}`),
    ...(tally.unhandledErrors > 0 ? [`Errors outside any test, see above: ${tally.unhandledErrors}`] : []),
    ...(tally.interrupted ? ['The run was interrupted.'] : []),
    ...(tally.passed + tally.failed === 0 ? ['No test was executed.'] : []),
  ];
  const good = code === 0 && tally.failed === 0 && problems.length === 0;
  if (!good && problems.length === 0) problems.push(`The test runner failed (${ending}), see above.`);
  const skips = tally.skipped.map(({ name, reason }) => `skipped: ${name}: ${reason}`);
  return { good, lines: [...skips, ...problems, countLine(tally)] };
}
