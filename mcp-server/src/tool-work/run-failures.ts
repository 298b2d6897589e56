import { membersOf, recordsOf, textOf } from './shape.ts';

interface Failure {
  problemId: unknown;
  sampleIndex: unknown;
  status: string;
  detail: string;
}

export interface Failures {
  shown: Failure[];
  /** Problems that recorded samples say nothing about; they count as failed. */
  withoutSample: number;
}

/** The results of a run that have a status; nothing of them when there is no answer to be had. */
export type ResultsPage = (status: string, limit: number) => Promise<Record<string, unknown>>;

/** How many are asked for at first, and how many where those say too little: the most that one page has. */
export const pageSizes = { first: 20, most: 500 };

const mostShown = 10;
/** One after the other they tend to say the same. */
const mostErrors = 3;
const longestDetail = 300;
/** As the harness says it. */
const noSample = 'no sample in the file';

/** What did not pass and why: `first` is the page of what failed. What is not worth a line is counted. */
export async function runFailures(first: Record<string, unknown>, page: ResultsPage): Promise<Failures> {
  const { timeout, error } = membersOf(membersOf(first['run'])['counts']);
  const known = failuresIn(first);
  const hasMore = textOf(first['nextCursor']) !== '';
  const failed = hasMore && saying(known).length < mostShown ? failuresIn(await page('failed', pageSizes.most)) : known;
  const shown = saying(failed).slice(0, mostShown);
  const room = mostShown - shown.length;
  if (isSome(timeout) && room > 0) shown.push(...failuresIn(await page('timeout', room)));
  if (isSome(error)) shown.push(...failuresIn(await page('error', mostErrors)));
  return { shown, withoutSample: failed.length - saying(failed).length };
}

const failuresIn = ({ items }: Record<string, unknown>): Failure[] =>
  recordsOf(items).map(({ problemId, sampleIndex, status, detail }) => ({
    problemId,
    sampleIndex,
    status: textOf(status) || 'failed',
    detail: textOf(detail).slice(0, longestDetail),
  }));

const saying = (failures: readonly Failure[]) => failures.filter(({ detail }) => detail !== noSample);

const isSome = (count: unknown) => typeof count === 'number' && count > 0;

/** `failed python-slug: AssertionError: …`, the last line of what was said. */
export const failureLine = ({ problemId, status, detail }: Failure) =>
  `${status} ${textOf(problemId)}: ${detail.split('\n').at(-1)?.slice(0, 120) ?? ''}`;
