/** What is sent with every prompt. What is absent is not sent: the endpoint's own default holds, and some models take no other. */
export interface ModelParameters {
  temperature?: number;
  topP?: number;
  seed?: number;
  /** Of the answer, thinking included. */
  maxTokens?: number;
  reasoningEffort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  stop?: readonly string[];
  /** OpenAI's newer models know one name of the limit alone, older servers the other; default by host. */
  maxTokensField?: MaxTokensField;
}

export const maxTokensFields = ['max_tokens', 'max_completion_tokens'] as const;
export type MaxTokensField = (typeof maxTokensFields)[number];

/** Always sent: without a limit nothing could be said beforehand about what a run costs at most. */
export const defaultMaxTokens = 4096;

/** In the endpoint's names, as they stand in the manifest. */
export function requestParameters(parameters: ModelParameters, publicUrl: string) {
  const { temperature, topP, seed, reasoningEffort, stop, maxTokens = defaultMaxTokens } = parameters;
  const limit = parameters.maxTokensField ?? maxTokensFieldOf(new URL(publicUrl).hostname);
  return {
    [limit]: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(seed === undefined ? {} : { seed }),
    ...(reasoningEffort === undefined ? {} : { reasoning_effort: reasoningEffort }),
    ...(stop && stop.length > 0 ? { stop: [...stop] } : {}),
  };
}

const maxTokensFieldOf = (hostname: string): MaxTokensField =>
  hostname === 'api.openai.com' || /\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/.test(hostname)
    ? 'max_completion_tokens'
    : 'max_tokens';
