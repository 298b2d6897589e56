import { Parser } from 'tap-parser';
import { z } from 'zod';
import type { TestOutcome, TestOutput, TestReport } from '../test-report.ts';
import { addNumbered, reportText, withoutRoot } from './ids.ts';

const point = z.object({
  ok: z.boolean(),
  name: z.string(),
  skip: z.union([z.boolean(), z.string()]),
  todo: z.union([z.boolean(), z.string()]),
});
const plan = z.object({ start: z.number(), end: z.number() });

/**
 * TAP 13 and 14 as `node --test --test-reporter=tap` writes it, subtests included. Ids: names from the outside in. The
 * points are counted, not their numbers compared: node 20 numbers files that failed anew, and the plan is right all the
 * same. Without its plan a report was cut off.
 */
export function readTap(output: TestOutput): TestReport {
  const events: unknown = Parser.parse(reportText(output));
  const tests = new Map<string, TestOutcome>();
  const flaw = readLevel(events, [], tests, output.root);
  return flaw === undefined ? { tests } : { unreadable: flaw };
}

function readLevel(
  events: unknown,
  above: readonly string[],
  tests: Map<string, TestOutcome>,
  root: string,
): string | undefined {
  if (!Array.isArray(events)) return 'no TAP';
  let planned: number | undefined;
  let points = 0;
  let children: unknown[] = [];
  for (const event of events as unknown[]) {
    if (!Array.isArray(event)) continue;
    const [kind, value]: unknown[] = event;
    if (kind === 'bailout') return `the run bailed out${typeof value === 'string' && value ? `: ${value}` : ''}`;
    if (kind === 'plan') {
      const read = plan.parse(value);
      planned = read.end - read.start + 1;
    }
    if (kind === 'child') children.push(value);
    if (kind !== 'assert') continue;
    const read = point.parse(value);
    const path = [...above, withoutRoot(read.name, root)];
    for (const child of children) {
      const flaw = readLevel(child, path, tests, root);
      if (flaw !== undefined) return flaw;
    }
    children = [];
    addNumbered(tests, path.join(' > '), outcomeOf(read));
    points += 1;
  }
  const where = above.length === 0 ? '' : ` of ${JSON.stringify(above.join(' > '))}`;
  if (planned === undefined) return `the TAP${where} has no plan: it was cut off`;
  if (planned !== points) return `the TAP${where} planned ${planned} tests and told of ${points}`;
  if (children.length > 0) return `the TAP${where} ends within a subtest`;
  return undefined;
}

const outcomeOf = ({ ok, skip, todo }: z.output<typeof point>): TestOutcome =>
  skip || todo ? 'skipped' : ok ? 'passed' : 'failed';
