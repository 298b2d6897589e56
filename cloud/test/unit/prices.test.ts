import { describe, expect, it } from 'vitest';
import { catalogueModel, costOf } from '../../src/features/portfolio/prices.ts';

const at = new Date('2026-03-01T12:00:00Z');
const inputOf = (model: string) => catalogueModel(model, at)?.price.inputUsdPerMillion;

describe('the catalogue', () => {
  it('knows what a model costs and can hold', () => {
    expect(catalogueModel('claude-opus-4-5', at)).toEqual({
      price: { inputUsdPerMillion: 5, outputUsdPerMillion: 25, cacheUsdPerMillion: 0.5 },
      contextTokens: 200_000,
    });
  });

  it.each([
    ['claude-opus-4-5-20251101', 5],
    ['claude-opus-4.5', 5],
    ['claude-sonnet-4-5@20250929', 3],
    ['GPT-5-mini-2025-08-07', 0.25],
    ['anthropic/claude-sonnet-4.5', 3],
    ['openrouter/anthropic/claude-sonnet-4.5', 3],
    // Listed there by name, at that price.
    ['gpt-5.1-codex', 1.25],
  ])('knows %s', (model, usd) => expect(inputOf(model)).toBe(usd));

  it.each([
    'some-model',
    'gpt-5.1-codex-max-of-ours',
    'claude-opus-4-5-thinking',
    'gpt-5-nano-ours',
    'my-claude-opus-4-5',
    'gemini-2.5-pro-preview-06-05',
    'nobody/gpt-5',
    'openai/claude-opus-4-5',
    'devstral-small:free',
    'text-embedding-3-large',
    '/',
    ' ',
  ])('gives “%s” no price of another model', (model) => expect(catalogueModel(model, at)).toBeUndefined());

  it('has prices by their day', () => {
    expect(catalogueModel('o3', new Date('2025-05-01'))?.price.inputUsdPerMillion).toBe(10);
    expect(catalogueModel('o3', at)?.price.inputUsdPerMillion).toBe(2);
  });

  it('prices the sums of many requests by the first tier, since no single one of them need reach the next', () => {
    expect(inputOf('claude-sonnet-4-5')).toBe(3);
  });
});

describe('what tokens come to', () => {
  const price = { inputUsdPerMillion: 10, outputUsdPerMillion: 50, cacheUsdPerMillion: 1 };

  it('counts what came from the cache at its price, and at that of other input where it has none', () => {
    const tokens = { inputTokens: 1e6, outputTokens: 1e5, cacheTokens: 4e5 };
    expect(costOf(tokens, price)).toBeCloseTo(6 + 0.4 + 5, 12);
    expect(costOf(tokens, { ...price, cacheUsdPerMillion: null })).toBeCloseTo(10 + 5, 12);
  });

  it('is not known of half the tokens, nor beyond what anything may cost', () => {
    expect(costOf({ inputTokens: 5 }, price)).toBeUndefined();
    expect(costOf({ outputTokens: 5 }, price)).toBeUndefined();
    expect(costOf({ inputTokens: 1e10, outputTokens: 1e10 }, { ...price, outputUsdPerMillion: 1e6 })).toBeUndefined();
    expect(costOf({ inputTokens: 0, outputTokens: 0 }, price)).toBe(0);
  });
});
