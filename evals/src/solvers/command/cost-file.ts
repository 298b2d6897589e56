import { z } from 'zod';
import { mostTokens, type Usage } from '../solver.ts';

const amount = z.number().nonnegative().finite();
const tokens = z.int().nonnegative().max(mostTokens);
const schema = z.object({
  costUsd: amount.optional(),
  inputTokens: tokens.optional(),
  outputTokens: tokens.optional(),
});

/** What a command says it cost, in the JSON file that WHETSTONE_COST_FILE names. Unsaid or unreadable is unknown, never 0. */
export function readCost(text: string | undefined): { usage: Usage; complaint?: string } {
  if (text === undefined || text.trim() === '') return { usage: {} };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { usage: {}, complaint: 'its cost file is no JSON' };
  }
  const read = schema.safeParse(json);
  if (!read.success) return { usage: {}, complaint: `its cost file is not understood: ${z.prettifyError(read.error)}` };
  const { costUsd, inputTokens, outputTokens } = read.data;
  return {
    usage: {
      ...(costUsd === undefined ? {} : { costUsd }),
      ...(inputTokens === undefined ? {} : { inputTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
    },
  };
}
