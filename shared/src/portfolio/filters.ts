import type { PortfolioSettings } from '../contract/portfolio/models.ts';
import type { CompiledTable } from './compiled.ts';
import type { Estimate } from './estimate.ts';
import type { TaskRequest } from './recommender.ts';
import { duration, languageName, listed, usd } from './words.ts';

export type Pin = PortfolioSettings['pins'][number];

export interface Filtered {
  left: Estimate[];
  applied: Applied[];
  /** Which filter took the last, and what would have to change; undefined where some are left. */
  emptied: string | undefined;
}

interface Applied {
  filter: string;
  removed: string[];
  why: string;
}

interface Filter {
  filter: string;
  keeps: (estimate: Estimate) => boolean;
  why: (removed: Estimate[]) => string;
  /** What would have to change for one of the removed to stay. */
  remedy: (removed: Estimate[]) => string;
}

/**
 * Everything that may not be the answer, whatever its odds. What is not known does not pass a cap: a price that is missing
 * is not free. A pin comes first and takes out all others; what comes after it may take out the pinned model, too.
 */
export function applyFilters(
  compiled: CompiledTable,
  estimates: readonly Estimate[],
  request: TaskRequest,
  pin: Pin | undefined,
): Filtered {
  const names = (some: readonly Estimate[]) => some.map(({ model }) => compiled.ids[model]!);
  const applied: Applied[] = [];
  let left = known(compiled, estimates, pin);
  if (left.length === 0)
    return { left, applied, emptied: 'No model is known here yet: record outcomes, or put models on the allow-list.' };
  for (const { filter, keeps, why, remedy } of filtersOf(compiled, request, pin, names)) {
    const removed = left.filter((one) => !keeps(one));
    if (removed.length === 0) continue;
    left = left.filter(keeps);
    applied.push({ filter, removed: names(removed), why: why(removed) });
    if (left.length === 0)
      return {
        left,
        applied,
        emptied: `No model is left: ${filter} took ${removed.length === 1 ? 'the last one' : `the last ${removed.length}`}, ${listed(names(removed))}. ${remedy(removed)}`,
      };
  }
  const unknown = request.contextTokens === undefined ? [] : left.filter(({ model }) => !contextOf(compiled, model));
  if (unknown.length > 0)
    applied.push({
      filter: 'contextTokens',
      removed: [],
      why: `How much ${listed(names(unknown))} can hold is not known: kept all the same.`,
    });
  return { left, applied, emptied: undefined };
}

/** Without an allow-list whatever the table has, and what the project has named to be used. */
function known({ table, indexOf }: CompiledTable, estimates: readonly Estimate[], pin: Pin | undefined): Estimate[] {
  const { allow, trial } = table.settings;
  if (allow) return [...estimates];
  const trialled = table.trialRuns && trial ? [trial.challenger, trial.incumbent] : [];
  const named = new Set([...trialled, ...(pin ? [pin.model] : [])].map((id) => indexOf.get(id)));
  return estimates.filter(({ model }) => model < table.models.length || named.has(model));
}

function filtersOf(
  compiled: CompiledTable,
  { contextTokens, maxCost, maxTimeMs }: TaskRequest,
  pin: Pin | undefined,
  names: (some: readonly Estimate[]) => string[],
): Filter[] {
  const { ids, table } = compiled;
  const { allow, deny } = table.settings;
  const idOf = ({ model }: Estimate) => ids[model]!;
  const filters: Filter[] = [];
  if (pin)
    filters.push({
      filter: 'pin',
      keeps: (one) => idOf(one) === pin.model,
      why: () => `The project pins ${pin.model}${pinnedFor(pin)}.`,
      remedy: () => `Take the pin of ${pin.model} away.`,
    });
  if (allow)
    filters.push({
      filter: 'allow',
      keeps: (one) => allow.includes(idOf(one)) || idOf(one) === pin?.model,
      why: () => 'Not on the allow-list of the project.',
      remedy: (removed) => `Put ${removed.length === 1 ? 'it' : 'one of them'} on the allow-list.`,
    });
  if (deny.length > 0)
    filters.push({
      filter: 'deny',
      keeps: (one) => !deny.includes(idOf(one)),
      why: () => 'On the deny-list of the project.',
      remedy: (removed) =>
        pin && !allow?.includes(pin.model) && removed.some((one) => idOf(one) === pin.model)
          ? `${pin.model} is pinned and denied: take it off one of the two lists.`
          : `Take ${removed.length === 1 ? 'it' : 'one of them'} off the deny-list.`,
    });
  if (contextTokens !== undefined)
    filters.push({
      filter: 'contextTokens',
      keeps: ({ model }) => (contextOf(compiled, model) ?? Infinity) >= contextTokens,
      why: () => `Cannot hold ${contextTokens} tokens.`,
      remedy: (removed) =>
        `The most that one of them holds is ${Math.max(...removed.map(({ model }) => contextOf(compiled, model)!))} of the ${contextTokens} tokens that are needed: ask for less at once.`,
    });
  if (maxCost !== undefined) filters.push(cap('maxCost', maxCost, ({ cost }) => cost?.p90, usd, names));
  if (maxTimeMs !== undefined) filters.push(cap('maxTimeMs', maxTimeMs, ({ time }) => time?.p90, duration, names));
  return filters;
}

/** On what nine of ten attempts stay below, see `p90` of a cell. */
function cap(
  filter: 'maxCost' | 'maxTimeMs',
  most: number,
  amountOf: (estimate: Estimate) => number | undefined,
  shown: (amount: number) => string,
  names: (some: readonly Estimate[]) => string[],
): Filter {
  const [verb, record] = filter === 'maxCost' ? ['costs', 'their costs'] : ['takes', 'their times'];
  return {
    filter,
    keeps: (one) => (amountOf(one) ?? Infinity) <= most,
    why: (removed) => {
      const unknown = removed.filter((one) => amountOf(one) === undefined);
      const above = removed.filter((one) => amountOf(one) !== undefined);
      return [
        ...(above.length > 0
          ? [`One attempt in ten ${verb} more than ${shown(most)} with ${listed(names(above))}.`]
          : []),
        ...(unknown.length > 0 ? [`What an attempt ${verb} with ${listed(names(unknown))} is not known.`] : []),
      ].join(' ');
    },
    remedy: (removed) => {
      const amounts = removed.flatMap((one) => amountOf(one) ?? []);
      return amounts.length === 0
        ? `What an attempt ${verb} is not known of any: record ${record}, or ask without ${filter}.`
        : `From ${filter} ${shown(Math.min(...amounts))} on there would be one; it was ${shown(most)}.`;
    },
  };
}

function contextOf({ table, ids }: CompiledTable, model: number): number | undefined {
  const tokens = table.models[model]?.contextTokens ?? table.settings.contextTokens[ids[model]!];
  return tokens !== undefined && tokens > 0 ? tokens : undefined;
}

/** The first pin that fits the task. */
export const pinFor = ({ table }: CompiledTable, request: TaskRequest): Pin | undefined =>
  table.settings.pins.find(
    ({ taskType, language, repoId }) =>
      isSame(taskType, request.taskType) && isSame(language, request.language) && isSame(repoId, request.repoId),
  );

/** As cells compare: case and blanks around are no difference. */
const isSame = (wanted: string | undefined, told: string | undefined) =>
  wanted === undefined || wanted.trim().toLowerCase() === (told ?? '').trim().toLowerCase();

function pinnedFor({ taskType, language, repoId }: Pin): string {
  const parts = [
    ...(taskType === undefined ? [] : [`for ${taskType}`]),
    ...(language === undefined ? [] : [`in ${languageName(language)}`]),
    ...(repoId === undefined ? [] : [`in the repository ${repoId}`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`;
}
