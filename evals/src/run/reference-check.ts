import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { lastLine, shortened } from '../excerpt.ts';
import type { Grade } from '../graders/grade.ts';
import type { Dataset, Problem } from '../problem.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { canonicalJson, sha256Of } from './canonical-json.ts';
import { codeOf } from './disk-problem.ts';
import { recordOf } from './lines.ts';
import { writeWhole } from './run-directory.ts';

export interface ReferenceCheckOptions {
  dataset: Dataset;
  problems: readonly Problem[];
  sandbox: Sandbox;
  grade: Grade;
  timeoutMs: number;
  hashSeed: number;
  /** Gradings at a time. */
  width: number;
  /** What was found is remembered below it. */
  cacheDir: string;
  /** Grades anew what is remembered. */
  anew: boolean;
  signal: AbortSignal;
  /** Some are graded now, which takes a while. */
  onBegin?: (count: number) => void;
}

export interface ReferenceCheck {
  /** How many were graded now; the others were remembered. */
  gradedCount: number;
  /** Problems whose reference does not pass here, with what was seen. */
  failures: { problemId: string; detail: string }[];
  /** Why nothing of it could be remembered. */
  unkept?: string;
}

const Remembered = z.record(z.string(), z.string());

/**
 * Whether the data set's own references pass in this environment: where one does not, a subject's failure says nothing. Found
 * once per data set, executor and time limit; trouble of the sandbox is not remembered.
 */
export async function checkReferences(options: ReferenceCheckOptions): Promise<ReferenceCheck> {
  const file = fileOf(options);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const verdicts = new Map(Object.entries((text && recordOf(Remembered, text)) || {}));
  const withReference = options.problems.flatMap((problem) =>
    problem.kind === 'function' && problem.reference !== undefined ? [{ problem, text: problem.reference }] : [],
  );
  const unknown = withReference.filter(({ problem: { id } }) => options.anew || !verdicts.has(id));
  if (unknown.length > 0) options.onBegin?.(unknown.length);
  const queue = unknown[Symbol.iterator]();
  const troubles = new Map<string, string>();
  let gradedCount = 0;
  let unkept: string | undefined;

  async function lane() {
    for (const { problem, text: reference } of queue) {
      if (options.signal.aborted) return;
      const { status, detail = '' } = await options.grade(
        problem,
        { kind: 'program', text: reference },
        options.signal,
      );
      gradedCount += 1;
      const words = status === 'passed' ? '' : `${status}${detail && `: ${shortened(lastLine(detail), 200)}`}`;
      if (status === 'error') troubles.set(problem.id, words);
      else verdicts.set(problem.id, words);
    }
  }
  await Promise.all(Array.from({ length: options.width }, lane));

  if (gradedCount > 0 && !options.signal.aborted) {
    unkept = await keep(file, verdicts);
  }
  const failures = withReference.flatMap(({ problem: { id } }) => {
    const detail = troubles.get(id) ?? verdicts.get(id);
    return detail ? [{ problemId: id, detail }] : [];
  });
  return { gradedCount, failures, ...(unkept !== undefined && { unkept }) };
}

/** Why it could not be remembered: a run does not depend on it. */
async function keep(file: string, verdicts: ReadonlyMap<string, string>): Promise<string | undefined> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeWhole(file, `${JSON.stringify(Object.fromEntries(verdicts))}\n`);
    return undefined;
  } catch (error) {
    return `${file} cannot be written (${codeOf(error) || codeOf((error as Error).cause)})`;
  }
}

function fileOf({ dataset, sandbox, timeoutMs, hashSeed, cacheDir }: ReferenceCheckOptions): string {
  const { tier, versions } = sandbox;
  const { sha256, preamble } = dataset;
  const key = sha256Of(canonicalJson({ check: 1, sha256, preamble, tier, versions, timeoutMs, hashSeed }));
  return join(cacheDir, 'references', `${key}.json`);
}
