import { WhetstoneError } from '@whetstone/shared/errors';
import type { RecordedRun } from '../run/read-run.ts';
import { isGraded, type SampleResult } from '../run/result.ts';

export type ComparedRun = Pick<RecordedRun, 'directory' | 'record' | 'manifest' | 'results'>;

/** One problem, graded in both runs. */
export interface Pair {
  problemId: string;
  cluster?: string;
  /** Graded samples alone: at least one of each. */
  a: readonly SampleResult[];
  b: readonly SampleResult[];
}

/** A problem that both runs have and one of them has no verdict on: missing, not failed. */
export interface LeftOut {
  problemId: string;
  a?: 'error' | 'skipped';
  b?: 'error' | 'skipped';
}

/** Samples of a run that have no verdict. */
export interface Missing {
  errors: number;
  skipped: number;
  samples: number;
}

export interface Pairing {
  pairs: readonly Pair[];
  leftOut: readonly LeftOut[];
  /** Problems of either run that the other, or both, have no line of; refused unless that was said to be right. */
  lackedByA: readonly string[];
  lackedByB: readonly string[];
  missing: { a: Missing; b: Missing };
}

/** Puts two runs of one data set side by side, problem by problem. Nothing is left out without being told. */
export function pairRuns(a: ComparedRun, b: ComparedRun, { allowPartial }: { allowPartial: boolean }): Pairing {
  refuseOtherDataset(a, b);
  const [linesOfA, linesOfB] = [byProblem(a.results), byProblem(b.results)];
  const all = [...new Set([...a.manifest.dataset.problemIds, ...b.manifest.dataset.problemIds])].sort(inNumericOrder);
  const lackedByA = all.filter((id) => !linesOfA.has(id));
  const lackedByB = all.filter((id) => !linesOfB.has(id));
  const shared = all.filter((id) => linesOfA.has(id) && linesOfB.has(id));
  if (!allowPartial)
    refusePartial(all.length, shared.length, [
      [a, lackedByA],
      [b, lackedByB],
    ]);
  if (shared.length === 0)
    throw new WhetstoneError('invalid', `${a.directory} and ${b.directory} have no problem in common`);

  const pairs: Pair[] = [];
  const leftOut: LeftOut[] = [];
  for (const problemId of shared) {
    const [ofA, ofB] = [linesOfA.get(problemId) ?? [], linesOfB.get(problemId) ?? []];
    const graded = { a: ofA.filter(isGraded), b: ofB.filter(isGraded) };
    const cluster = b.manifest.dataset.clusters?.[problemId] ?? a.manifest.dataset.clusters?.[problemId];
    if (graded.a.length > 0 && graded.b.length > 0)
      pairs.push({ problemId, ...graded, ...(cluster !== undefined && { cluster }) });
    else
      leftOut.push({
        problemId,
        ...(graded.a.length === 0 && { a: reasonOf(ofA) }),
        ...(graded.b.length === 0 && { b: reasonOf(ofB) }),
      });
  }
  if (pairs.length === 0)
    throw new WhetstoneError('unavailable', `no problem has a verdict in both ${a.directory} and ${b.directory}`);
  return { pairs, leftOut, lackedByA, lackedByB, missing: { a: missingOf(a), b: missingOf(b) } };
}

function refuseOtherDataset(a: ComparedRun, b: ComparedRun) {
  const [ours, theirs] = [a.manifest.dataset, b.manifest.dataset];
  if (ours.sha256 === theirs.sha256) return;
  const named = (run: ComparedRun) =>
    `${run.manifest.dataset.name} (sha256 ${run.manifest.dataset.sha256.slice(0, 12)}) in ${run.directory}`;
  throw new WhetstoneError(
    'invalid',
    `the runs are of different data sets: ${named(a)}, ${named(b)}. Their pass rates say nothing about each other`,
  );
}

function refusePartial(all: number, shared: number, sides: readonly [ComparedRun, readonly string[]][]) {
  const lacks = sides.filter(([, lacked]) => lacked.length > 0);
  if (lacks.length === 0) return;
  const said = lacks.map(
    ([{ directory }, lacked]) =>
      `${directory} has no result for ${lacked.length} of ${all} problems (${someOf(lacked)})`,
  );
  throw new WhetstoneError(
    'invalid',
    `${said.join('; ')}. Finish that run, or compare the ${shared} that both have with --allow-partial`,
  );
}

export function someOf(ids: readonly string[], most = 3): string {
  return `${ids.slice(0, most).join(', ')}${ids.length > most ? ', …' : ''}`;
}

function byProblem(results: readonly SampleResult[]): Map<string, SampleResult[]> {
  const lines = new Map<string, SampleResult[]>();
  for (const result of results) {
    const there = lines.get(result.problemId);
    if (there) there.push(result);
    else lines.set(result.problemId, [result]);
  }
  return lines;
}

const reasonOf = (lines: readonly SampleResult[]) =>
  lines.some(({ status }) => status === 'error') ? 'error' : 'skipped';

function missingOf({ results }: ComparedRun): Missing {
  const count = (status: SampleResult['status']) => results.filter((result) => result.status === status).length;
  return { errors: count('error'), skipped: count('skipped'), samples: results.length };
}

/** HumanEval/9 before HumanEval/10. */
const inNumericOrder = new Intl.Collator('en', { numeric: true }).compare;
