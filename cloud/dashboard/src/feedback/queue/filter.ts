import type { contract, FeedbackItem, Input } from '@whetstone/shared/contract';
import { Triage } from '@whetstone/shared/contract';

/** What is looked at; empty stands for all. */
export interface QueueFilter {
  status: FeedbackItem['status'] | 'all';
  taskType: string;
  language: string;
  triage: string;
  model: string;
  label: string;
  assignee: string;
  pattern: string;
  query: string;
}

export const statuses = ['pending', 'accepted', 'rejected', 'all'] as const;
export const triages: readonly string[] = Triage.options;

/** The queue proper: what nobody has decided on. */
export const noFilter: QueueFilter = {
  status: 'pending',
  taskType: '',
  language: '',
  triage: '',
  model: '',
  label: '',
  assignee: '',
  pattern: '',
  query: '',
};

const names = ['taskType', 'language', 'triage', 'model', 'label', 'assignee', 'pattern'] as const;

export function filterOf(search: URLSearchParams): QueueFilter {
  const said = Object.fromEntries(names.map((name) => [name, search.get(name) ?? '']));
  const status = statuses.find((each) => each === search.get('status')) ?? 'pending';
  return { ...noFilter, ...said, status, query: search.get('q') ?? '' };
}

/** The part of an address behind its path: empty, or '?status=all&q=cache'. */
export function searchOf(filter: QueueFilter): string {
  const said: [string, string][] = names.map((name) => [name, filter[name]]);
  const all: [string, string][] = [
    ['status', filter.status === 'pending' ? '' : filter.status],
    ...said,
    ['q', filter.query],
  ];
  const text = new URLSearchParams(all.filter(([, value]) => value !== '')).toString();
  return text === '' ? '' : `?${text}`;
}

type ListInput = Input<(typeof contract)['listFeedback']>;

/** What the server is asked; what it would refuse is left out, as nothing fits it. */
export function inputOf(filter: QueueFilter, limit: number): ListInput {
  const { status, query, triage, ...rest } = filter;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  const known = Triage.options.find((each) => each === triage);
  return {
    limit,
    ...said,
    ...(status !== 'all' && { status }),
    ...(known && { triage: known }),
    ...(query.trim() !== '' && { query: query.trim().slice(0, 200) }),
  };
}

export const isFiltered = (filter: QueueFilter) => searchOf({ ...filter, status: 'pending' }) !== '';

/** What there is to choose from, by what was corrected of late; what is chosen is always among it. */
export function choicesOf(items: readonly FeedbackItem[], filter: QueueFilter) {
  const of = (chosen: string, values: readonly (string | null)[]) => [
    '',
    ...[...new Set([...values.filter((value) => value !== null), chosen])].filter((value) => value !== '').toSorted(),
  ];
  return {
    taskType: of(
      filter.taskType,
      items.map(({ taskType }) => taskType),
    ),
    language: of(
      filter.language,
      items.map(({ language }) => language),
    ),
    model: of(
      filter.model,
      items.map(({ model }) => model),
    ),
    label: of(
      filter.label,
      items.flatMap(({ labels }) => labels),
    ),
    assignee: [
      '',
      'me',
      'none',
      ...of(
        filter.assignee,
        items.map(({ assignee }) => assignee),
      ).filter((each) => !['', 'me', 'none'].includes(each)),
    ],
  };
}
