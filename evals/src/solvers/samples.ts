import { basename } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { definitionsOf } from '../datasets/python-source.ts';
import { readContent, type FileContent } from '../datasets/read-rows.ts';
import type { Dataset, Problem } from '../problem.ts';
import { sha256Of } from '../run/canonical-json.ts';
import type { Answer, Solver } from './solver.ts';
import { isBody, labelled, type Labelled } from './samples/labels.ts';
import { recordingOf, type SamplesFormat } from './samples/recorded.ts';
import { refuseAccidentalRepeats } from './samples/repeats.ts';

export interface SamplesOptions {
  /**
   * Problems that the file says nothing about count as failed: the denominator is the data set's. `split` narrows it to the
   * published split (a tag) that holds all of the file, where there is one; `left-out` to the problems in the file.
   */
  missing?: 'split' | 'failed' | 'left-out';
  /** Takes rows that say the same twice for separate samples. */
  allowDuplicates?: boolean;
  /** How whoever gives the answers says that. */
  allowDuplicatesBy?: string;
}

/** Answers that were recorded earlier, by us or by others. */
export const openSamples = async (path: string, dataset: Dataset, options?: SamplesOptions): Promise<Solver> =>
  samplesSolver(await readContent(path), dataset, options);

/** The rows of a samples file, handed over in a request: the same subject as a file `samples-<hash>` with a line for each. */
export const samplesOfRows = (rows: readonly object[], dataset: Dataset, options?: SamplesOptions): Solver => {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const sha256 = sha256Of(text);
  const nameOfRow = (index: number) => `subject.samples.${index}`;
  return samplesSolver({ path: `samples-${sha256.slice(0, 8)}`, sha256, text, nameOfRow }, dataset, options);
};

function samplesSolver(
  content: FileContent,
  dataset: Dataset,
  { missing = 'split', allowDuplicates = false, allowDuplicatesBy = '--allow-duplicates' }: SamplesOptions = {},
): Solver {
  const { path } = content;
  const { format, samples } = readSamples(content, dataset);
  if (format === 'swe-bench-report')
    throw new WhetstoneError('invalid', `${path} is a report: it has verdicts and no answers to grade`);
  if (!allowDuplicates) refuseAccidentalRepeats(samples, allowDuplicatesBy);

  const byProblem = byProblemId(samples);
  const answerOf = answersOf(samples);
  const { counts, scope } = scopeOf(dataset.problems, byProblem, missing);
  const covered = dataset.problems.filter(counts).length;
  const emptyPatches = samples.filter(({ field, text }) => field === 'patch' && text?.trim() === '').length;
  return {
    subject: {
      kind: 'samples',
      label: basename(path),
      sha256: content.sha256,
      format,
      samples: samples.length,
      answered: byProblem.size,
      problems: covered,
      scope,
      ...(emptyPatches > 0 && { emptyPatches }),
    },
    samplesOf: (problem) => byProblem.get(problem.id)?.length ?? (counts(problem) ? 1 : 0),
    solve: async (problem, sampleIndex) => ({
      answer: answerOf(problem, byProblem.get(problem.id)?.[sampleIndex]),
      usage: {},
      solveMs: 0,
    }),
  };
}

export interface PublishedVerdict {
  problemId: string;
  sampleIndex: number;
  passed: boolean;
}

/** What the file's publisher says of each sample, to hold a run of ours against. A report that lists successes speaks of the whole data set. */
export async function publishedVerdicts(
  path: string,
  dataset: Dataset,
): Promise<{ format: SamplesFormat; verdicts: PublishedVerdict[] }> {
  const { format, samples } = readSamples(await readContent(path), dataset);
  if (format === 'swe-bench-report') {
    const resolved = new Set(samples.map(({ problem }) => problem.id));
    const verdicts = dataset.problems.map(({ id }) => ({ problemId: id, sampleIndex: 0, passed: resolved.has(id) }));
    return { format, verdicts };
  }
  const verdicts = [...byProblemId(samples)].flatMap(([problemId, ofProblem]) =>
    ofProblem.flatMap(({ passed }, sampleIndex) => (passed === undefined ? [] : [{ problemId, sampleIndex, passed }])),
  );
  if (verdicts.length === 0)
    throw new WhetstoneError('invalid', `${path} carries no verdicts (is_solved, an EvalPlus result or a report)`);
  return { format, verdicts };
}

function readSamples(content: FileContent, dataset: Dataset): { format: SamplesFormat; samples: Labelled[] } {
  const { format, samples } = recordingOf(content);
  return { format, samples: labelled(samples, dataset) };
}

function byProblemId(samples: readonly Labelled[]): Map<string, Labelled[]> {
  const groups = new Map<string, Labelled[]>();
  for (const sample of samples) {
    const group = groups.get(sample.problem.id);
    if (group) group.push(sample);
    else groups.set(sample.problem.id, [sample]);
  }
  return groups;
}

/** Which problems count, and why those: it stands in the manifest. */
function scopeOf(
  problems: readonly Problem[],
  answered: ReadonlyMap<string, unknown>,
  missing: NonNullable<SamplesOptions['missing']>,
): { counts: (problem: Problem) => boolean; scope: string } {
  const all = { counts: () => true, scope: 'all problems of the data set' };
  if (missing === 'failed' || answered.size === problems.length) return all;
  if (missing === 'left-out')
    return { counts: ({ id }) => answered.has(id), scope: 'the problems that the file answers, as asked for' };
  const evaluated = problems.filter(({ tags }) => tags.includes('split:test'));
  const covers = evaluated.length > 0 && evaluated.length < problems.length;
  const inSplit = new Set(evaluated.map(({ id }) => id));
  if (!covers || ![...answered.keys()].every((id) => inSplit.has(id))) return all;
  return { counts: ({ id }) => inSplit.has(id), scope: 'the published split "test", which holds all of the file' };
}

/**
 * Publishers put bodies into `solution` as well as programs, each file one of them: an indented text among programs is a
 * program that does not parse, and was judged as that. A program that defines the function gets what the
 * prompt gives (imports, helpers); any other program stands alone: behind the prompt, its docstring would pass for the function.
 */
function answersOf(samples: readonly Labelled[]): (problem: Problem, sample: Labelled | undefined) => Answer {
  const solutions = samples.filter(({ field, text }) => field === 'solution' && text?.trim());
  const areBodies = solutions.filter(({ text }) => isBody(text!)).length * 2 >= solutions.length;
  return (problem, sample) => {
    if (sample?.text === undefined) return { kind: 'none', reason: 'no sample in the file' };
    const { field, text } = sample;
    if (field === 'patch')
      return text.trim() === '' ? { kind: 'none', reason: 'the patch is empty' } : { kind: 'patch', text };
    const { stem, entryPoint } = problem.kind === 'function' ? problem : {};
    if (stem === undefined || entryPoint === undefined) return { kind: 'program', text };
    const continues = field === 'completion' || (isBody(text) ? areBodies : definitionsOf(text).has(entryPoint));
    return { kind: continues ? 'completion' : 'program', text };
  };
}
