import type { Pattern } from '@whetstone/shared/contract';
import { count } from '../../flag/model/sentences.ts';

type Lift = Pick<Pattern, 'lift' | 'liftInterval'>;

/** '3.2× [1.8, 5.6]': how many times as often as agent lines of the language are changed at all. */
export function liftText({ lift, liftInterval }: Lift): string | undefined {
  if (lift === null) return undefined;
  return `${times(lift)}× ${liftInterval === null ? '[no interval]' : `[${liftInterval.map(times).join(', ')}]`}`;
}

/** Below 1 a tenth more or less tells them apart too little. */
function times(value: number): string {
  const digits = value < 1 ? 2 : value < 10 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** From a quarter to sixteen times as often, doublings at equal distances, 0 where there is no difference. */
export const liftExtent = [-2, 4] as const;

export function liftMarks({
  lift,
  liftInterval,
}: Lift): { at: number; interval: readonly [number, number] } | undefined {
  if (lift === null || liftInterval === null) return undefined;
  return { at: doublings(lift), interval: [doublings(liftInterval[0]), doublings(liftInterval[1])] };
}

const doublings = (value: number) => Math.min(liftExtent[1], Math.max(liftExtent[0], Math.log2(Math.max(value, 1e-6))));

/** '12 in 4 repos'. */
export function supportText({ support: { corrections, repos } }: Pick<Pattern, 'support'>): string {
  return `${corrections.toLocaleString('en')} in ${count(repos, 'repo')}`;
}

/** '4 tasks, 2 repos, 1 person'. */
export const spreadText = ({ tasks, repos, users }: Pattern['support']): string =>
  [count(tasks, 'task'), count(repos, 'repo'), users === 1 ? '1 person' : `${users.toLocaleString('en')} people`].join(
    ', ',
  );

export const placesOf = ({ changed, survived }: { changed: number; survived: number }) => changed + survived;

export interface PatternFilter {
  kind: string;
  language: string;
  taskType: string;
  model: string;
  repoId: string;
  all: boolean;
}

const names = ['kind', 'language', 'taskType', 'model', 'repoId'] as const;

export const isFiltered = (filter: PatternFilter) => names.some((name) => filter[name] !== '');

export const filterOf = (search: URLSearchParams): PatternFilter => ({
  kind: search.get('kind') ?? '',
  language: search.get('language') ?? '',
  taskType: search.get('taskType') ?? '',
  model: search.get('model') ?? '',
  repoId: search.get('repoId') ?? '',
  all: search.get('all') === 'yes',
});

export function addressOf(filter: PatternFilter): string {
  const said = names.map((name): [string, string] => [name, filter[name]]).filter(([, value]) => value !== '');
  const text = new URLSearchParams([...said, ...(filter.all ? [['all', 'yes']] : [])]).toString();
  return text === '' ? '/feedback/patterns' : `/feedback/patterns?${text}`;
}
