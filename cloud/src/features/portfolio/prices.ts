import { calcPrice, findProvider, type MatchLogic, type ModelInfo } from '@pydantic/genai-prices';
import type { PortfolioSettings } from '@whetstone/shared/contract';

/** US dollars per million tokens. */
export interface Price {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  /** Of input that was read from a cache; null: as other input. */
  cacheUsdPerMillion: number | null;
}

/** What the catalogue knows of a model: the list that the package brings, of which nothing is fetched. */
export interface CatalogueModel {
  price: Price;
  /** What the model can hold. */
  contextTokens: number | null;
}

export interface Tokens {
  /** All of them, those read from a cache included. */
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  /** Of the input, what was read from a cache. */
  cacheTokens?: number | undefined;
}

/** More than any attempt may be said to cost: by then a price or a count is a mistake. */
const mostUsd = 1_000_000;

/** What a project says that it pays, where it does. */
export function ownPriceOf(model: string, prices: PortfolioSettings['prices']): Price | undefined {
  const own = Object.hasOwn(prices, model) ? prices[model] : undefined;
  return own && { ...own, cacheUsdPerMillion: own.cacheUsdPerMillion ?? null };
}

/**
 * A model's list price on a day, at its maker's or at the host that is named before a slash. Undefined where the catalogue does
 * not know it by this name: a price of its relative would be worse than none.
 */
export function catalogueModel(model: string, at: Date): CatalogueModel | undefined {
  const { host, name } = hostAndName(model);
  const provider = findProvider(host === undefined ? { modelId: name } : { providerId: host });
  if (!provider) return undefined;
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, name, { provider, timestamp: at });
  if (!found || found.provider.id !== provider.id || !isCalled(found.model, name)) return undefined;
  const { input_mtok: input, output_mtok: output, cache_read_mtok: cache } = found.model_price;
  // The catalogue lists models whose price it does not know, too.
  if (input === undefined || output === undefined) return undefined;
  return {
    price: {
      inputUsdPerMillion: baseOf(input),
      outputUsdPerMillion: baseOf(output),
      cacheUsdPerMillion: cache === undefined ? null : baseOf(cache),
    },
    contextTokens: found.model.context_window ?? null,
  };
}

/** In US dollars; undefined where input or output were not counted, or where the sum is no possible one. */
export function costOf({ inputTokens, outputTokens, cacheTokens = 0 }: Tokens, price: Price): number | undefined {
  if (inputTokens === undefined || outputTokens === undefined || cacheTokens > inputTokens) return undefined;
  const { inputUsdPerMillion, outputUsdPerMillion, cacheUsdPerMillion } = price;
  const usd =
    ((inputTokens - cacheTokens) * inputUsdPerMillion +
      cacheTokens * (cacheUsdPerMillion ?? inputUsdPerMillion) +
      outputTokens * outputUsdPerMillion) /
    1e6;
  return usd <= mostUsd ? usd : undefined;
}

function hostAndName(model: string) {
  const slash = model.indexOf('/');
  return slash < 0
    ? { host: undefined, name: model }
    : { host: model.slice(0, slash).toLowerCase(), name: model.slice(slash + 1) };
}

/** Dearer tiers begin at so many tokens of one request; what is priced here are the sums of an attempt of many. */
const baseOf = (price: number | { base: number }) => (typeof price === 'number' ? price : price.base);

const snapshot = /[-@:](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/**
 * Whether an entry is meant by a name: its own, one that it lists, or either with the date of a snapshot. The catalogue also
 * takes whatever begins or goes on alike, which would give a variant that it does not know the price of another model.
 */
function isCalled({ id, match }: ModelInfo, name: string): boolean {
  const said = name.toLowerCase();
  const undated = said.replace(snapshot, '');
  const names = [id, ...namesIn(match)].map((each) => each.toLowerCase());
  return names.some((each) => each === said || each === undated);
}

function namesIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesIn);
  if ('and' in match) return match.and.flatMap(namesIn);
  if ('equals' in match) return [match.equals];
  return 'starts_with' in match ? [match.starts_with] : [];
}
