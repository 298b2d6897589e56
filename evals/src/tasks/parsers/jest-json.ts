import { z } from 'zod';
import type { TestOutcome, TestOutput, TestReport } from '../test-report.ts';
import { addNumbered, reportText, withoutRoot } from './ids.ts';

const outcomes: Record<string, TestOutcome> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
  disabled: 'skipped',
  todo: 'skipped',
  focused: 'skipped',
};

const schema = z.object({
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

/**
 * What `jest --json` and `vitest --reporter=json` write; the second copies the shape of the first
 * (https://jestjs.io/docs/configuration#testresultsprocessor-string). Ids: `file > suite > title`; a file that failed
 * outside its tests (it does not load, a hook threw) is an `error` under its own name.
 */
export function readJestJson(output: TestOutput): TestReport {
  let json: unknown;
  try {
    json = JSON.parse(reportText(output));
  } catch (error) {
    return { unreadable: `no whole JSON report: ${error instanceof Error ? error.message : String(error)}` };
  }
  const read = schema.safeParse(json);
  if (!read.success) return { unreadable: `not the JSON report of a test run: ${read.error.issues[0]?.message}` };
  const tests = new Map<string, TestOutcome>();
  let told = 0;
  for (const file of read.data.testResults) {
    const name = withoutRoot(file.name, output.root);
    told += file.assertionResults.length;
    for (const { ancestorTitles, title, status } of file.assertionResults) {
      const outcome = outcomes[status];
      if (!outcome) return { unreadable: `a test has the status ${JSON.stringify(status)}` };
      addNumbered(tests, [name, ...ancestorTitles, title].join(' > '), outcome);
    }
    const failedInside = file.assertionResults.some(({ status }) => status === 'failed');
    if (file.status === 'failed' && !failedInside) addNumbered(tests, name, 'error');
  }
  if (told !== read.data.numTotalTests)
    return { unreadable: `the report speaks of ${read.data.numTotalTests} tests and lists ${told}` };
  return { tests };
}
