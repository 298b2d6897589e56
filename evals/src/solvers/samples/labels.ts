import { WhetstoneError } from '@whetstone/shared/errors';
import { definitionsOf } from '../../datasets/python-source.ts';
import type { FunctionProblem, Problem } from '../../problem.ts';
import { problemFinder } from './problem-ids.ts';
import type { Recorded } from './recorded.ts';

export type Labelled = Recorded & { problem: Problem };

/** Each sample with its problem. A row that is about something else than its id says stops the file: it would be graded by foreign tests. */
export function labelled(
  samples: readonly Recorded[],
  dataset: { name: string; problems: readonly Problem[] },
): Labelled[] {
  const problemOf = problemFinder(dataset.problems);
  const asksFor = problemsByText(dataset.problems);
  const found = samples.map((sample): Labelled => {
    const problem = problemOf(sample.id);
    if (!problem)
      throw new WhetstoneError('invalid', `${sample.at}: there is no problem "${sample.id}" in ${dataset.name}`);
    const other = sample.alias === undefined ? undefined : problemOf(sample.alias);
    if (other !== undefined && other !== problem)
      throw new WhetstoneError('invalid', `${sample.at}: the row says "${sample.id}", and "${sample.alias}" as well`);
    if (problem.kind === 'function') refuseOtherFunction(sample, problem, dataset.name);
    refuseOtherPrompt(sample, problem, asksFor);
    return { ...sample, problem };
  });
  refuseShifted(found, dataset);
  return found;
}

/** The function a row was made for is one that the problem knows: the one asked for, or another of its reference. */
function refuseOtherFunction({ at, id, entryPoint }: Recorded, problem: FunctionProblem, dataset: string): void {
  if (entryPoint === undefined || problem.calls.includes(entryPoint)) return;
  if (problem.reference !== undefined && definitionsOf(problem.reference).has(entryPoint)) return;
  throw new WhetstoneError(
    'invalid',
    `${at}: "${id}" is about the function ${entryPoint}, and in ${dataset} about ${problem.entryPoint}: these samples are of another data set. ` +
      'Where the rows bring their own tests, name the samples file as the data set too',
  );
}

/** A prompt that is the text of another problem. Prompts that only look unlike their problem's may have been reworded. */
function refuseOtherPrompt({ at, id, prompt }: Recorded, problem: Problem, asksFor: ReadonlyMap<string, string>): void {
  const other = prompt === undefined ? undefined : asksFor.get(lettersOf(prompt));
  if (other === undefined || other === problem.id) return;
  throw new WhetstoneError('invalid', `${at}: the row says "${id}", and its prompt is that of ${other}`);
}

/** Problems by the letters of their prompt, those left out that share it with another. */
function problemsByText(problems: readonly Problem[]): Map<string, string> {
  const byText = new Map<string, string>();
  const shared = new Set<string>();
  for (const { id, prompt } of problems) {
    const text = lettersOf(prompt);
    if (byText.has(text)) shared.add(text);
    byText.set(text, id);
  }
  for (const text of shared) byText.delete(text);
  return byText;
}

const lettersOf = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

/**
 * Ids that are off by one, shuffled, or swapped: then answers define the functions of other problems. One does that by chance
 * (a helper called `is_prime`); two for each other, or a good part of a file, do not.
 */
function refuseShifted(samples: readonly Labelled[], dataset: { name: string; problems: readonly Problem[] }): void {
  const owner = new Map(
    dataset.problems.flatMap((problem) => functionOf(problem).map((name) => [name, problem.id] as const)),
  );
  const foreign = new Map<string, { at: string; name: string; otherId: string }>();
  let count = 0;
  let own = 0;
  for (const { at, problem, text, field } of samples) {
    if (problem.kind !== 'function' || field === 'patch' || isBody(text ?? '')) continue;
    const defined = definitionsOf(text ?? '');
    if (defined.has(problem.entryPoint)) own += 1;
    const name = [...defined.keys()].find((one) => owner.has(one) && owner.get(one) !== problem.id);
    if (name === undefined || defined.has(problem.entryPoint)) continue;
    count += 1;
    if (!foreign.has(problem.id)) foreign.set(problem.id, { at, name, otherId: owner.get(name)! });
  }
  const said = (id: string, { at, name, otherId }: { at: string; name: string; otherId: string }) =>
    `${at}: the row says "${id}", and defines ${name}, which ${otherId} asks for`;
  const [first] = foreign;
  if (first && count >= 3 && count > own)
    throw new WhetstoneError(
      'invalid',
      `${said(...first)}; so do ${count - 1} more rows: the ids do not fit the answers`,
    );
  const swapped = [...foreign].find(([id, { otherId }]) => foreign.get(otherId)?.otherId === id);
  if (swapped)
    throw new WhetstoneError('invalid', `${said(...swapped)}, and the other way round: the two ids are swapped`);
}

/** Only continues a function. What follows it says little: a model that was not stopped there goes on with whatever it knows, often the next problem. */
export const isBody = (text: string) => /^\s*\n?[^\S\n]+\S/.test(text);

const functionOf = (problem: Problem) => (problem.kind === 'function' ? [problem.entryPoint] : []);
