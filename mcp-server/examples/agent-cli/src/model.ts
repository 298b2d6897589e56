const { OPENAI_BASE_URL, OPENAI_API_KEY, AGENT_USD_PER_MILLION = '0' } = process.env;

export interface Iteration {
  tokens: number;
}

/** Without an address there is no model to ask, and the agent says so before it begins. */
export const isModelSet = OPENAI_BASE_URL !== undefined && OPENAI_BASE_URL !== '';

/** Asks an endpoint that speaks OpenAI's protocol. */
export async function ask(model: string, prompt: string): Promise<Iteration & { text: string }> {
  const response = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPENAI_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] }),
  });
  if (!response.ok) throw new Error(`the model endpoint answered HTTP ${response.status}`);
  const { choices, usage } = (await response.json()) as {
    choices: { message: { content: string } }[];
    usage?: { total_tokens?: number };
  };
  return { text: choices[0]?.message.content ?? '', tokens: usage?.total_tokens ?? 0 };
}

/** In US dollars. */
export const calculateCost = (iterations: readonly Iteration[]) =>
  (iterations.reduce((sum, { tokens }) => sum + tokens, 0) * Number(AGENT_USD_PER_MILLION)) / 1e6;
