import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, recencyOf, relevanceOf, selectExamples } from '../../src/features/feedback/examples/select.ts';

const candidate = fc.record({
  id: fc.nat(1_000_000),
  relevance: fc.double({ min: 0, max: 1, noNaN: true }),
  tokens: fc.integer({ min: 1, max: 500 }),
  detectors: fc.array(fc.constantFrom('guard-added', 'print-removed', 'any-removed'), { maxLength: 2 }),
  pieces: fc.array(fc.constantFrom(...'abcdefghij'), { minLength: 1, maxLength: 8 }).map((all) => new Set(all)),
});
const many = fc.array(candidate, { maxLength: 30 });
const wish = fc.record({
  limit: fc.integer({ min: 1, max: 20 }),
  tokenBudget: fc.integer({ min: 1, max: 3_000 }),
  lambda: fc.double({ min: 0, max: 1, noNaN: true }),
});

const plain = (id: string, relevance: number, text: string, detectors: string[] = []) => ({
  id,
  relevance,
  tokens: 10,
  detectors,
  pieces: piecesOf(text),
});
const idsOf = (chosen: readonly { id: string }[]) => chosen.map(({ id }) => id);

describe('the selection of examples', () => {
  it('never exceeds its budget or its limit, and shows nothing twice', () => {
    fc.assert(
      fc.property(many, wish, (candidates, asked) => {
        const chosen = selectExamples(candidates, asked);
        expect(chosen.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(asked.tokenBudget);
        expect(chosen.length).toBeLessThanOrEqual(asked.limit);
        expect(new Set(chosen).size).toBe(chosen.length);
      }),
    );
  });

  it('is the same each time', () => {
    fc.assert(
      fc.property(many, wish, (candidates, asked) => {
        expect(selectExamples(candidates, asked)).toEqual(selectExamples(structuredClone(candidates), asked));
      }),
    );
  });

  it('leaves no room unused that a candidate would fit into', () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 20 }), (candidates) => {
        const least = Math.min(...candidates.map(({ tokens }) => tokens));
        expect(selectExamples(candidates, { limit: 5, tokenBudget: least })).toHaveLength(1);
      }),
    );
  });

  it('goes by relevance alone with a lambda of 1', () => {
    const a = plain('a', 0.9, 'if (x) return y;', ['guard']);
    const b = plain('b', 0.8, 'while (p) q += r;', ['guard']);
    const c = plain('c', 0.1, 'import z from "w";');
    expect(idsOf(selectExamples([c, b, a], { limit: 3, tokenBudget: 100, lambda: 1 }))).toEqual(['a', 'b', 'c']);
  });

  it('goes by difference alone with a lambda of 0, once it has the most relevant', () => {
    const a = plain('a', 0.9, 'if (x) return y;', ['guard']);
    const b = plain('b', 0.8, 'while (p) q += r;', ['guard']);
    const c = plain('c', 0.1, 'import z from "w";');
    expect(idsOf(selectExamples([b, a, c], { limit: 2, tokenBudget: 100, lambda: 0 }))).toEqual(['a', 'c']);
  });

  it('prefers another kind of correction to a little more relevance', () => {
    const a = plain('a', 0.9, 'if (x) return y;', ['guard']);
    const b = plain('b', 0.85, 'while (p) q += r;', ['guard']);
    const c = plain('c', 0.7, 'import z from "w";', ['import']);
    expect(idsOf(selectExamples([a, b, c], { limit: 2, tokenBudget: 100 }))).toEqual(['a', 'c']);
  });

  it('takes a smaller one where the better does not fit', () => {
    const large = { ...plain('large', 0.9, 'one two three'), tokens: 500 };
    expect(idsOf(selectExamples([large, plain('small', 0.2, 'four five six')], { limit: 2, tokenBudget: 50 }))).toEqual(
      ['small'],
    );
  });

  it('never shows what is nearly the same as one chosen, or as what is asked about', () => {
    const text = 'export function sum(values) { return values.reduce((total, value) => total + value, 0); }';
    const copies = [plain('a', 0.9, text), plain('b', 0.8, `${text} `), plain('c', 0.1, 'something else entirely')];
    expect(idsOf(selectExamples(copies, { limit: 3, tokenBudget: 100 }))).toEqual(['a', 'c']);
    expect(idsOf(selectExamples(copies, { limit: 3, tokenBudget: 100, never: [piecesOf(text)] }))).toEqual(['c']);
  });

  it('halves the weight of age every sixty days', () => {
    const dayMs = 86_400_000;
    expect([0, 60, 120, -5].map((days) => recencyOf(days * dayMs))).toEqual([1, 0.5, 0.25, 1]);
    const plainFit = { similarity: 1, ageMs: 0, isOfRepo: true, isOfType: true };
    expect(relevanceOf(plainFit)).toBe(1);
    expect(relevanceOf({ ...plainFit, similarity: undefined, ageMs: 60 * dayMs, isOfRepo: false })).toBeCloseTo(0.45);
    expect(relevanceOf({ ...plainFit, isOfType: false })).toBe(0.5);
  });
});
