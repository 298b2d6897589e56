import type { PortfolioCellView } from '@whetstone/shared/contract';
import { kindText } from '../texts.ts';

const levels = ['global', 'type', 'complexity', 'repo'] as const;

/** What the address says one looks at. */
export interface CellFilter {
  taskType: string;
  language: string;
  repo: string;
  /** Part of the name of a model. */
  text: string;
}

const names = { taskType: 'taskType', language: 'language', repo: 'repo', text: 'q' } as const;
const members = ['taskType', 'language', 'repo', 'text'] as const;

export const cellFilterOf = (search: URLSearchParams): CellFilter => ({
  taskType: search.get(names.taskType) ?? '',
  language: search.get(names.language) ?? '',
  repo: search.get(names.repo) ?? '',
  text: search.get(names.text) ?? '',
});

export function cellsAddressOf(filter: CellFilter): string {
  const query = new URLSearchParams();
  for (const member of members) if (filter[member] !== '') query.set(names[member], filter[member]);
  const text = query.toString();
  return text === '' ? '/models' : `/models?${text}`;
}

/** What there is to choose from. */
export const choicesOf = (cells: readonly PortfolioCellView[]) => ({
  taskTypes: distinct(cells.map(({ taskType }) => taskType)),
  languages: distinct(cells.map(({ language }) => language)),
  repos: distinct(cells.map(({ repoId }) => repoId)),
});

const distinct = (values: readonly (string | null)[]) =>
  [...new Set(values)].filter((value): value is string => value !== null && value !== '').sort();

/**
 * The cells that answer: without a filter those of all tasks and of each kind; with a kind also its narrower ones; those
 * of a repository when it is asked for. In each kind of task those that cannot be told apart from the best come first,
 * the cheapest of them first; then the others by their rate.
 */
export function shownCells(cells: readonly PortfolioCellView[], filter: CellFilter): PortfolioCellView[] {
  const text = filter.text.trim().toLowerCase();
  const isAsked = filter.taskType !== '' || filter.language !== '';
  const fits = ({ level, taskType, language, repoId, model }: PortfolioCellView) =>
    (filter.taskType === '' || taskType === filter.taskType) &&
    (filter.language === '' || language === filter.language) &&
    (filter.repo === '' ? level !== 'repo' : repoId === filter.repo) &&
    (level !== 'complexity' || isAsked) &&
    model.toLowerCase().includes(text);
  const kinds = new Map<string, PortfolioCellView[]>();
  for (const cell of cells.filter(fits)) {
    const kind = kindKey(cell);
    const known = kinds.get(kind);
    if (known) known.push(cell);
    else kinds.set(kind, [cell]);
  }
  return [...kinds.values()].sort(byWidth).flatMap((kind) => kind.toSorted(byChoice));
}

export const kindKey = ({ level, taskType, language, complexity, repoId }: PortfolioCellView) =>
  JSON.stringify([level, taskType, language, complexity, repoId]);

/** The widest first; of those that are equally wide the one with the most tries. */
function byWidth(a: readonly PortfolioCellView[], b: readonly PortfolioCellView[]): number {
  const tries = (cells: readonly PortfolioCellView[]) => cells.reduce((sum, { n }) => sum + n, 0);
  return (
    levels.indexOf(a[0]!.level) - levels.indexOf(b[0]!.level) ||
    tries(b) - tries(a) ||
    (kindText(a[0]!) < kindText(b[0]!) ? -1 : 1)
  );
}

const byChoice = (a: PortfolioCellView, b: PortfolioCellView): number =>
  Number(b.tied) - Number(a.tied) ||
  (a.tied ? (a.costMedianUsd ?? Infinity) - (b.costMedianUsd ?? Infinity) || 0 : b.rate - a.rate) ||
  (a.model < b.model ? -1 : 1);

/** What stands above a group of rows; nothing where the group goes on. */
export function headOf(
  cell: PortfolioCellView,
  before: PortfolioCellView | undefined,
  shown: readonly PortfolioCellView[],
): string | undefined {
  const kind = kindKey(cell);
  if (before !== undefined && kindKey(before) === kind && before.tied === cell.tied) return undefined;
  if (!cell.tied) return `${kindText(cell)}: below the best`;
  const tied = shown.filter((each) => each.tied && kindKey(each) === kind).length;
  return `${kindText(cell)}: ${tied === 1 ? 'the best alone' : `${tied} tied, cheapest first`}`;
}

/** Those that are tied with another one; the best alone is tied with nobody. */
export function tiedCells(cells: readonly PortfolioCellView[]): ReadonlySet<PortfolioCellView> {
  const kinds = new Map<string, PortfolioCellView[]>();
  for (const cell of cells) if (cell.tied) kinds.set(kindKey(cell), [...(kinds.get(kindKey(cell)) ?? []), cell]);
  return new Set([...kinds.values()].filter(({ length }) => length > 1).flat());
}

/** Of one model: the widest cell first, of those equally wide the one with the most tries. */
export const cellsOfModel = (cells: readonly PortfolioCellView[], of: string) =>
  cells
    .filter(({ model }) => model === of)
    .sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level) || b.n - a.n);
