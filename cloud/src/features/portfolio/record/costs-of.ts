import type { PortfolioSettings } from '@whetstone/shared/contract';
import { catalogueModel, costOf, ownPriceOf, type Price } from '../prices.ts';
import type { NewOutcome } from './new-outcome.ts';

type Priced = Pick<NewOutcome, 'source' | 'model' | 'costUsd' | 'inputTokens' | 'outputTokens' | 'cacheTokens'>;

/** Whether a price is asked for: what was told is what it cost. */
export const needsPrice = ({ costUsd, inputTokens, outputTokens }: Priced): boolean =>
  costUsd === undefined && inputTokens !== undefined && outputTokens !== undefined;

/**
 * What attempts cost in US dollars: as told, else by the project's own price of the model, else by the list price of the day on
 * which they ended; undefined where none is known. For a run of evals the harness has looked at the list itself, by the host
 * that it asked: what it did not find there has none.
 */
export function costsOf(
  outcomes: readonly { said: Priced; at: Date }[],
  own: PortfolioSettings['prices'],
): (number | undefined)[] {
  // A look at the catalogue takes half a millisecond, and a batch is mostly of few models.
  const listed = new Map<string, Price | undefined>();
  const listPrice = (model: string, at: Date) => {
    const key = `${at.toISOString().slice(0, 13)} ${model}`;
    if (!listed.has(key)) listed.set(key, catalogueModel(model, at)?.price);
    return listed.get(key);
  };
  return outcomes.map(({ said, at }) => {
    if (!needsPrice(said)) return said.costUsd;
    const price = ownPriceOf(said.model, own) ?? (said.source === 'run' ? undefined : listPrice(said.model, at));
    return price && costOf(said, price);
  });
}
