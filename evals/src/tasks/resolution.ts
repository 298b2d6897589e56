import type { TestOutcome } from './test-report.ts';

/** SWE-bench's rule: all that had to be mended passes and nothing broke, else some of it, else not. */
export type Resolution = 'resolved' | 'partial' | 'fail' | 'error' | 'timeout' | 'no_patch' | 'apply_failed';

export interface Expected {
  fail_to_pass: readonly string[];
  pass_to_pass: readonly string[];
}

/** A test that is not in the report has not passed. */
export function resolve(
  expected: Expected,
  tests: ReadonlyMap<string, TestOutcome>,
): { resolution: 'resolved' | 'partial' | 'fail'; detail?: string } {
  const missed = (ids: readonly string[]) => ids.filter((id) => tests.get(id) !== 'passed');
  const unmended = missed(expected.fail_to_pass);
  const broken = missed(expected.pass_to_pass);
  if (unmended.length === 0 && broken.length === 0) return { resolution: 'resolved' };
  const mended = expected.fail_to_pass.length - unmended.length;
  const detail = [
    `${mended} of ${expected.fail_to_pass.length} tests mended, ${broken.length} of ${expected.pass_to_pass.length} broken`,
    ...listed('not mended', unmended, tests),
    ...listed('broken', broken, tests),
  ].join('\n');
  return { resolution: mended > 0 && broken.length === 0 ? 'partial' : 'fail', detail };
}

const listed = (what: string, ids: readonly string[], tests: ReadonlyMap<string, TestOutcome>) => [
  ...ids.slice(0, 10).map((id) => `${what}: ${id} (${tests.get(id) ?? 'did not run'})`),
  ...(ids.length > 10 ? [`and ${ids.length - 10} more`] : []),
];
