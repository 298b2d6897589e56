import { z } from 'zod';
import type { TestOutcome, TestOutput, TestReport } from '../test-report.ts';
import { addWorse, reportText } from './ids.ts';

const event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
});

const finals: Record<string, TestOutcome> = { pass: 'passed', fail: 'failed', skip: 'skipped' };

/**
 * What `go test -json` writes, an event per line (`go doc test2json`). Ids: `package/Test/sub`. A package that failed
 * without a test to blame (it does not build, it panicked) is an `error` under its own name. Every package and every test
 * that began must have ended, else the report was cut off.
 */
export function readGoJson(output: TestOutput): TestReport {
  const tests = new Map<string, TestOutcome>();
  /** What began and has not ended, with its package. */
  const open = new Map<string, string>();
  const blamed = new Set<string>();
  for (const [index, line] of reportText(output).split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readEvent(line);
    if (!read) return { unreadable: `line ${index + 1} is no event of go test -json` };
    const { Action, Package, Test } = read;
    if (Package === undefined) continue;
    const id = Test === undefined ? Package : `${Package}/${Test}`;
    const outcome = finals[Action];
    if (!outcome) {
      open.set(Package, Package);
      if (Action === 'run') open.set(id, Package);
      continue;
    }
    open.delete(id);
    if (Test !== undefined) {
      addWorse(tests, id, outcome);
      if (outcome === 'failed') blamed.add(Package);
    } else if (outcome === 'failed' && !blamed.has(Package)) {
      addWorse(tests, id, 'error');
      // A panic takes the tests that were running with it; go tells of some of them and not of others.
      for (const [test] of [...open].filter(([, owner]) => owner === Package)) {
        addWorse(tests, test, 'error');
        open.delete(test);
      }
    }
  }
  const [unended] = open.keys();
  if (unended !== undefined) return { unreadable: `${unended} began and never ended` };
  return { tests };
}

function readEvent(line: string): z.output<typeof event> | undefined {
  try {
    return event.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
