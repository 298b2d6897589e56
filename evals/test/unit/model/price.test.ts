import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { estimateCost, mostCost } from '../../../src/solvers/model/estimate.ts';
import { priceList, priceTable } from '../../../src/solvers/model/price.ts';

const now = () => Date.UTC(2026, 10, 1);
const openAi = 'https://api.openai.com/v1';
const openRouter = 'https://openrouter.ai/api/v1';
const prices = (model: string, publicUrl: string, own?: { inputPerMillion: number; outputPerMillion: number }) =>
  priceList({ model, publicUrl, own, now });

describe('what an answer cost', () => {
  it('comes from the table that ships with the package, its version by name', () => {
    const main = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    const { version } = JSON.parse(readFileSync(join(dirname(main), '../package.json'), 'utf8')) as { version: string };
    expect(priceTable.version).toBe(version);
  });

  // OpenAI's list price of gpt-4o-mini: $0.15 in, $0.075 cached, $0.60 out per million.
  it('counts what was read from the cache at its own price', () => {
    const list = prices('gpt-4o-mini', openAi);
    expect(list.costUsd({ input: 1_000_000, output: 1_000_000 })).toBeCloseTo(0.75, 12);
    expect(list.costUsd({ input: 1_000_000, output: 0, cached: 400_000 })).toBeCloseTo(0.6 * 0.15 + 0.4 * 0.075, 12);
  });

  it.each([
    ['a model that no table knows', 'gpt-99', openAi],
    ['a model on a host of one’s own, whatever it is called', 'gpt-4o-mini', 'http://127.0.0.1:8000/v1'],
    ['a model that the table lists without a price', 'agentica-org/deepcoder-14b-preview:free', openRouter],
  ])('is not known of %s', (_, model, url) => {
    const list = prices(model, url);
    expect(list.costUsd({ input: 1000, output: 1000 })).toBeUndefined();
    expect(list.described).toMatchObject({ entry: 'unknown' });
  });

  it('is not known where the tokens are not', () => {
    expect(prices('gpt-4o-mini', openAi).costUsd({ input: 1000 })).toBeUndefined();
    expect(prices('m', openAi, { inputPerMillion: 1, outputPerMillion: 1 }).costUsd({})).toBeUndefined();
  });

  it('is what the provider says, rather than what the table does', () => {
    const list = prices('openai/gpt-4o-mini', openRouter);
    expect(list.costUsd({ input: 1_000_000, output: 0 }, 0.123)).toBe(0.123);
    expect(list.costUsd({ input: 1_000_000, output: 0 }, 0)).toBe(0);
    expect(list.costUsd({ input: 1_000_000, output: 0 })).toBeCloseTo(0.15, 12);
  });

  it('is not zero because a gateway that knows no price says so', () => {
    expect(prices('m', 'http://gateway.test/v1').costUsd({ input: 1, output: 1 }, 0)).toBeUndefined();
  });

  it('is what one says oneself before all others, nothing included', () => {
    const own = prices('gpt-4o-mini', openAi, { inputPerMillion: 2, outputPerMillion: 10 });
    expect(own.costUsd({ input: 500_000, output: 100_000 }, 5)).toBe(2);
    expect(own.described).toEqual({ source: 'own', inputPerMillion: 2, outputPerMillion: 10 });
    expect(
      prices('m', 'http://localhost/v1', { inputPerMillion: 0, outputPerMillion: 0 }).costUsd({ input: 9, output: 9 }),
    ).toBe(0);
  });
});

describe('what a run will cost', () => {
  const own = prices('m', openAi, { inputPerMillion: 1, outputPerMillion: 10 });
  const asked = [
    { promptBytes: 400, maxTokens: 1000 },
    { promptBytes: 800, maxTokens: 100 },
  ];

  it('is said as expected and at most', () => {
    const { costUsd, worstCaseUsd } = estimateCost(own, asked, 2);
    expect(costUsd).toBeCloseTo((2 * (100 + 10 + (200 + 10) + 10 * (400 + 100))) / 1e6, 12);
    expect(worstCaseUsd).toBeCloseTo((2 * (400 + 256 + (800 + 256) + 10 * (1000 + 100))) / 1e6, 12);
  });

  it('is unknown where one price is, and says how to mend that', () => {
    const estimate = estimateCost(prices('gpt-99', openAi), asked, 1);
    expect(estimate).toEqual({
      basis: '2 answers; what the model costs is not known (--price-in and --price-out say it)',
    });
    expect(mostCost(prices('gpt-99', openAi), asked[0]!)).toBeUndefined();
  });
});
