import { WhetstoneError } from '@whetstone/shared/errors';
import type { Labelled } from './labels.ts';

/**
 * Several samples of a problem are several lines of it, and two of them may well say the same. What is refused is what only an
 * accident makes: a row twice where problems have not all the same number of samples, a whole file that is there twice, in
 * whatever order, and a second patch for an instance of SWE-bench, whose predictions are one for each.
 */
export function refuseAccidentalRepeats(samples: readonly Labelled[], allowedBy: string): void {
  const rows = samples.map(({ problem, text }) => `${problem.id}\n${text ?? ''}`);
  refuseSecondPatch(samples, allowedBy);
  const repeat = firstRepeat(rows);
  const why = repeat && accident(samples, rows);
  if (!repeat || why === undefined) return;
  const { at, problem } = samples[repeat.index]!;
  throw new WhetstoneError(
    'invalid',
    `${at}: the same answer to ${problem.id} stands already in ${samples[repeat.firstIndex]!.at}, and ${why}. ` +
      `Remove what is double, or say ${allowedBy} if these are separate samples`,
  );
}

function firstRepeat(rows: readonly string[]): { index: number; firstIndex: number } | undefined {
  const seen = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const firstIndex = seen.get(row);
    if (firstIndex !== undefined) return { index, firstIndex };
    seen.set(row, index);
  }
  return undefined;
}

function accident(samples: readonly Labelled[], rows: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { problem } of samples) counts.set(problem.id, (counts.get(problem.id) ?? 0) + 1);
  if (new Set(counts.values()).size > 1) return 'problems have unequal numbers of samples';
  const times = new Map<string, number>();
  for (const row of rows) times.set(row, (times.get(row) ?? 0) + 1);
  const [most, ...others] = new Set(times.values());
  return others.length === 0 ? `every row of the file is there ${most} times` : undefined;
}

function refuseSecondPatch(samples: readonly Labelled[], allowedBy: string): void {
  const first = new Map<string, Labelled>();
  for (const sample of samples) {
    const { at, field, problem, text } = sample;
    const before = field === 'patch' ? first.get(problem.id) : undefined;
    if (before !== undefined && before.text !== text)
      throw new WhetstoneError(
        'invalid',
        `${at}: a second patch for ${problem.id}, whose first stands in ${before.at}: which one is meant? ` +
          `Remove the other, or say ${allowedBy} if these are separate samples`,
      );
    first.set(problem.id, sample);
  }
}
