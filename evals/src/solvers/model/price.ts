import { calcPrice, findProvider } from '@pydantic/genai-prices';
import type { Tokens } from './reply.ts';

/** The table ships in the package and nothing is fetched; the version is held against the package by a test. */
export const priceTable = { name: '@pydantic/genai-prices', version: '0.1.8' } as const;

/** US dollars per million tokens, as the person says who pays them. */
export interface OwnPrice {
  inputPerMillion: number;
  outputPerMillion: number;
}

export interface PriceList {
  /** For the manifest. */
  described: Readonly<Record<string, unknown>>;
  /** What an answer cost; undefined when that is not known, and never 0 for it. */
  costUsd(tokens: Tokens, reportedUsd?: number): number | undefined;
}

export interface PriceOptions {
  model: string;
  /** Whose prices: one model costs differently at different hosts, and nothing at one's own. */
  publicUrl: string;
  own?: OwnPrice | undefined;
  now: () => number;
}

/** A price of one's own counts first, then what the provider reports, then the table. */
export function priceList({ model, publicUrl, own, now }: PriceOptions): PriceList {
  if (own)
    return {
      described: { source: 'own', ...own },
      costUsd: ({ input, output }) =>
        input === undefined || output === undefined
          ? undefined
          : (input * own.inputPerMillion + output * own.outputPerMillion) / 1e6,
    };
  const fromTable = tablePrice(model, publicUrl, now);
  // A zero of someone else's may mean that they do not know; OpenRouter has free models and says so.
  const trusted = (usd: number | undefined) =>
    usd !== undefined && (usd > 0 || isOpenRouter(publicUrl)) ? usd : undefined;
  return {
    described: { source: 'provider, else table', table: priceTable, entry: fromTable.entry ?? 'unknown' },
    costUsd: (tokens, reportedUsd) => trusted(reportedUsd) ?? fromTable.costUsd(tokens),
  };
}

export const isOpenRouter = (publicUrl: string) => new URL(publicUrl).hostname === 'openrouter.ai';

function tablePrice(model: string, publicUrl: string, now: () => number) {
  const provider = findProvider({ providerApiUrl: publicUrl });
  const calculate = (usage: Record<string, number>) =>
    provider ? calcPrice(usage, model, { provider, timestamp: new Date(now()) }) : null;
  const entry = calculate({ input_tokens: 1, output_tokens: 1 });
  // The table lists models whose price it does not know, and would say 0 for them.
  const priced = (price: Readonly<Record<string, unknown>>) =>
    price['input_mtok'] !== undefined && price['output_mtok'] !== undefined;
  return {
    entry: entry && priced(entry.model_price) ? `${entry.provider.id}/${entry.model.id}` : undefined,
    costUsd({ input, output, cached }: Tokens): number | undefined {
      if (input === undefined || output === undefined) return undefined;
      const price = calculate({
        input_tokens: input,
        output_tokens: output,
        ...(cached === undefined ? {} : { cache_read_tokens: cached }),
      });
      return price && priced(price.model_price) ? price.total_price : undefined;
    },
  };
}
