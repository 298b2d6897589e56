import type { CostEstimate } from '../solver.ts';
import type { PriceList } from './price.ts';

/**
 * Tokens from bytes, without a tokenizer per model. Expected: 4 bytes of English or code make a token (OpenAI's rule of
 * thumb, "What are tokens and how to count them?"). At most: byte-level BPE never makes more tokens than there are bytes.
 * Either way some more for the chat template around it.
 */
const expectedBytesPerToken = 4;
const expectedFrameTokens = 10;
const mostFrameTokens = 256;
/** A function with its explanation; assumed where nothing better is known, and never more than the limit. */
const expectedAnswerTokens = 400;

export interface AskedTokens {
  promptBytes: number;
  maxTokens: number;
}

const expectedCost = (prices: PriceList, { promptBytes, maxTokens }: AskedTokens) =>
  prices.costUsd({
    input: Math.ceil(promptBytes / expectedBytesPerToken) + expectedFrameTokens,
    output: Math.min(maxTokens, expectedAnswerTokens),
  });

export const mostCost = (prices: PriceList, { promptBytes, maxTokens }: AskedTokens) =>
  prices.costUsd({ input: promptBytes + mostFrameTokens, output: maxTokens });

export function estimateCost(
  prices: PriceList,
  asked: readonly AskedTokens[],
  samplesPerProblem: number,
): CostEstimate {
  const answers = asked.length * samplesPerProblem;
  const expected = sum(asked.map((one) => expectedCost(prices, one)));
  const most = sum(asked.map((one) => mostCost(prices, one)));
  if (expected === undefined || most === undefined)
    return { basis: `${answers} answers; what the model costs is not known (--price-in and --price-out say it)` };
  return {
    costUsd: expected * samplesPerProblem,
    worstCaseUsd: most * samplesPerProblem,
    basis:
      `${answers} answers; expected: a token per ${expectedBytesPerToken} bytes of prompt and ${expectedAnswerTokens} tokens of answer; ` +
      'at most: a token per byte and every answer as long as --max-tokens. Answers that get lost on the way and are asked for again are not in it',
  };
}

const sum = (costs: readonly (number | undefined)[]) =>
  costs.reduce<number | undefined>((all, one) => (all === undefined || one === undefined ? undefined : all + one), 0);
