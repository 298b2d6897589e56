import { z } from 'zod';
import { mostTokens } from '../solver.ts';
import { CallFault } from './call-fault.ts';

export type Finish = 'done' | 'cut' | 'filtered' | 'tool';

export interface Reply {
  text: string;
  refusal?: string;
  finish: Finish;
  tokens: Tokens;
  /** What the provider says it costs, in US dollars. */
  reportedUsd?: number;
  /** The model that answered, by the provider's word: an alias may have moved. */
  model?: string;
}

/** Of an answer, thinking included; absent where the provider does not say. */
export interface Tokens {
  input?: number;
  output?: number;
  /** Of the input, read from the provider's cache. */
  cached?: number;
}

const count = z.int().nonnegative().max(mostTokens).nullish().catch(undefined);

const Usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(undefined),
  prompt_cache_hit_tokens: count,
  cost: z.number().nonnegative().nullish().catch(undefined),
});

const Part = z.looseObject({ type: z.string().optional(), text: z.string().optional() });

const Choice = z.object({
  finish_reason: z.string().nullish(),
  error: z.unknown().optional(),
  message: z.object({
    content: z.union([z.string(), z.array(Part)]).nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(z.unknown()).nullish(),
  }),
});

const Completion = z.object({
  model: z.string().optional().catch(undefined),
  choices: z.array(Choice).min(1),
  usage: Usage.nullish().catch(undefined),
});

/** Reads a body that came with status 200. What is no answer is a fault: the endpoint or something before it broke. */
export function readReply(body: string): Reply {
  const parsed = Completion.safeParse(jsonOf(body));
  if (!parsed.success)
    throw new CallFault(`its answer is not a chat completion: ${z.prettifyError(parsed.error).split('\n')[0]}`);
  const { choices, usage, model } = parsed.data;
  const [choice] = choices;
  // `min(1)` says so to people, not to the compiler.
  if (!choice) throw new CallFault('its answer has no choices');
  const { message, finish_reason: reason } = choice;
  if (choice.error || reason === 'error') throw new CallFault('the model broke off with an error');
  return {
    text: textOf(message.content),
    ...(message.refusal ? { refusal: message.refusal } : {}),
    finish: finishOf(reason, (message.tool_calls?.length ?? 0) > 0),
    tokens: tokensOf(usage),
    ...(usage?.cost == null ? {} : { reportedUsd: usage.cost }),
    ...(model ? { model } : {}),
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const start = body.trim().slice(0, 60).replaceAll(/\s+/g, ' ');
    throw new CallFault(start ? `its answer is no JSON: ${start}` : 'its answer is empty', { cause });
  }
}

/** Some send parts; those of thinking carry no `text` of their own, or another type. */
function textOf(content: z.infer<typeof Choice>['message']['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? [])
    .map(({ type, text }) => (type === undefined || /text/.test(type) ? (text ?? '') : ''))
    .join('');
}

function finishOf(reason: string | null | undefined, calledTool: boolean): Finish {
  if (reason === 'length' || reason === 'max_tokens') return 'cut';
  if (reason === 'content_filter') return 'filtered';
  return reason === 'tool_calls' || reason === 'function_call' || calledTool ? 'tool' : 'done';
}

function tokensOf(usage: z.infer<typeof Usage> | null | undefined): Tokens {
  if (!usage) return {};
  const { prompt_tokens: input, completion_tokens: said, total_tokens: total } = usage;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens;
  // Some count thinking in the total alone; it is billed as output.
  const output = input != null && total != null ? Math.max(said ?? 0, total - input) : said;
  return {
    ...(input == null ? {} : { input }),
    ...(output == null ? {} : { output }),
    ...(cached == null ? {} : { cached: input == null ? cached : Math.min(cached, input) }),
  };
}
