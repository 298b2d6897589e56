import type { PortfolioModels, PortfolioSettings } from '@whetstone/shared/contract';
import { currentEpoch, type Epoch } from '@whetstone/shared/portfolio';
import { catalogueModel, ownPriceOf } from '../../prices.ts';
import { isAllowed } from './check-settings.ts';
import type { ModelCount } from './repository.ts';

type KnownModel = PortfolioModels['models'][number];

export interface Knowledge {
  settings: PortfolioSettings;
  counts: readonly ModelCount[];
  epochs: readonly Epoch[];
  now: Date;
}

/** Every model that has outcomes or stands in the settings, those with most outcomes first. */
export function knownModels({ settings, counts, epochs, now }: Knowledge): KnownModel[] {
  const countOf = new Map(counts.map((count) => [count.model, count]));
  return [...new Set([...countOf.keys(), ...namedIn(settings)])]
    .map((model): KnownModel => {
      const { n = 0, solved = 0 } = countOf.get(model) ?? {};
      const { price, contextTokens } = factsOf(model, settings, now);
      const epoch = currentEpoch(epochs, model);
      return {
        model,
        n: Math.round(n),
        solved: Math.round(solved),
        allowed: isAllowed(settings, model),
        price,
        contextTokens,
        epoch: epoch?.epoch ?? 0,
        epochSince: epoch?.since ?? null,
        epochWhy: epoch?.why ?? null,
      };
    })
    .toSorted((a, b) => b.n - a.n || (a.model < b.model ? -1 : 1));
}

/** What a model costs and can hold: as the project says, else as the catalogue does. */
export function factsOf(
  model: string,
  { prices, contextTokens }: Pick<PortfolioSettings, 'prices' | 'contextTokens'>,
  now: Date,
): Pick<KnownModel, 'price' | 'contextTokens'> {
  const own = ownPriceOf(model, prices);
  const listed = catalogueModel(model, now);
  return {
    price: own ? { ...own, source: 'settings' } : listed ? { ...listed.price, source: 'catalogue' } : null,
    contextTokens: Object.hasOwn(contextTokens, model) ? contextTokens[model]! : (listed?.contextTokens ?? null),
  };
}

/** Models that the settings speak of as some to be used. */
export const namedIn = ({ allow, pins, prices, incumbent, trial }: PortfolioSettings): string[] => [
  ...(incumbent === null ? [] : [incumbent]),
  ...pins.map(({ model }) => model),
  ...(trial ? [trial.challenger, trial.incumbent] : []),
  ...(allow ?? []),
  ...Object.keys(prices),
];

/** Models that cost something else than before; a price that was not known before says nothing of a change. */
export function repriced(before: PortfolioSettings, after: PortfolioSettings, now: Date): string[] {
  const models = new Set([...Object.keys(before.prices), ...Object.keys(after.prices)]);
  return [...models].filter((model) => {
    const was = factsOf(model, before, now).price;
    const is = factsOf(model, after, now).price;
    return was !== null && is !== null && amounts.some((amount) => was[amount] !== is[amount]);
  });
}

const amounts = ['inputUsdPerMillion', 'outputUsdPerMillion', 'cacheUsdPerMillion'] as const;
