import type { PortfolioSettings } from '@whetstone/shared/contract';
import { mergeMembers, type Members, type Merge } from '../../flag/model/merge.ts';
import { withMember } from '../../flag/model/json.ts';

type Price = PortfolioSettings['prices'][string];

/** One price of a model, or what it can hold, put in or (undefined) taken out; with the last one its entry goes. */
export function withPrice(
  settings: PortfolioSettings,
  model: string,
  name: keyof Price,
  value: number | undefined,
): PortfolioSettings {
  // What is missing yet the schema complains of.
  const price = withMember(settings.prices[model] ?? ({} as Price), name, value as number);
  return { ...settings, prices: withEntry(settings.prices, model, Object.keys(price).length > 0 ? price : undefined) };
}

export const withContext = (settings: PortfolioSettings, model: string, tokens: number | undefined) => ({
  ...settings,
  contextTokens: withEntry(settings.contextTokens, model, tokens),
});

function withEntry<T>(entries: Record<string, T>, name: string, value: T | undefined): Record<string, T> {
  const { [name]: _old, ...rest } = entries;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** Of lists the single entries, of groups the single members: what two people change at once without a clash. */
const groups = ['prices', 'contextTokens', 'exploration', 'verifiers'] as const;

/** What two people made of one version. */
export function mergeOfSettings(
  base: PortfolioSettings,
  mine: PortfolioSettings,
  theirs: PortfolioSettings,
): Merge<PortfolioSettings> {
  const { rows, rebased } = mergeMembers(membersOf(base), membersOf(mine), membersOf(theirs));
  return { rows, rebased: assembled(rebased) };
}

function membersOf({ deny, ...settings }: PortfolioSettings): Members {
  return new Map<string, unknown>([
    ...Object.entries(settings).filter(([name]) => !groups.some((group) => group === name)),
    ...deny.map((model): [string, unknown] => [`deny/${model}`, 'denied']),
    ...groups.flatMap((group) =>
      Object.entries(settings[group]).map(([name, value]): [string, unknown] => [`${group}/${name}`, value]),
    ),
  ]);
}

/** The cast holds since each value comes from the same place of settings. */
function assembled(members: Members): PortfolioSettings {
  const fields: Record<string, unknown> = {};
  const deny: string[] = [];
  const held: Record<string, Record<string, unknown>> = Object.fromEntries(groups.map((group) => [group, {}]));
  for (const [place, value] of members) {
    const group = groups.find((name) => place.startsWith(`${name}/`));
    if (group) held[group]![place.slice(group.length + 1)] = value;
    else if (place.startsWith('deny/')) deny.push(place.slice('deny/'.length));
    else fields[place] = value;
  }
  return { ...fields, ...held, deny } as unknown as PortfolioSettings;
}
