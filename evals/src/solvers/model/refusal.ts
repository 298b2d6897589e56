import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import { CallFault } from './call-fault.ts';

/** What an endpoint says when it does not answer: a status, and words in one of many envelopes. */
export interface Complaint {
  status: number;
  message: string;
  code?: string | undefined;
  retryAfterMs?: number | undefined;
  /** `x-should-retry`, where it is sent. */
  shouldRetry?: boolean | undefined;
}

/** The answer itself was refused, by the provider's content filter: that is the subject's, not the harness's. */
export class FilteredAnswer extends Error {
  override name = 'FilteredAnswer';
}

const Words = z.object({
  message: z.string().optional().catch(undefined),
  code: z.union([z.string(), z.number()]).nullish().catch(undefined),
  type: z.string().nullish().catch(undefined),
  metadata: z.looseObject({ flagged_input: z.unknown(), reasons: z.unknown() }).partial().nullish().catch(undefined),
});
const Envelope = z.union([
  z.object({ error: Words }).transform(({ error }) => error),
  z.object({ error: z.string() }).transform(({ error }) => ({ message: error })),
  z.object({ detail: z.string() }).transform(({ detail }) => ({ message: detail })),
  z.object({ object: z.literal('error') }).and(Words),
  Words.refine(({ message }) => message !== undefined),
]);

type Spoken = z.infer<typeof Words>;

/** The words of an error body: OpenAI's envelope, Ollama's, vLLM's, FastAPI's; else its beginning. */
export function wordsOf(body: string): { message: string; code?: string | undefined } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return {
      message: body
        .replaceAll(/(?:<[^>]*>|\s)+/g, ' ')
        .trim()
        .slice(0, 200),
    };
  }
  const parsed = Envelope.safeParse(json);
  if (!parsed.success) return { message: body.trim().slice(0, 200) };
  const { message = '', code, type, metadata }: Spoken = parsed.data;
  const flagged = metadata?.flagged_input !== undefined ? 'content_filter' : undefined;
  return { message: message.slice(0, 500), code: flagged ?? (code == null ? (type ?? undefined) : String(code)) };
}

/** A 200 whose body is an error: gateways answer so when the provider behind them broke. */
export function errorInside(body: string): { message: string; code?: string | undefined; status: number } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const holds = z.looseObject({ error: z.union([z.string(), z.looseObject({})]) }).safeParse(json);
  if (!holds.success) return undefined;
  const words = wordsOf(body);
  const status = /^[45]\d\d$/.test(words.code ?? '') ? Number(words.code) : 502;
  return { ...words, status };
}

export interface Asker {
  host: string;
  model: string;
  keyless: boolean;
}

const noKey =
  'no API key was sent: OPENAI_API_KEY goes to the endpoint of OPENAI_BASE_URL (default: OpenAI) and to no other';

const spent = /insufficient_quota|insufficient[ _]credits?|billing_hard_limit|exceeded your current quota/i;
const tooLong =
  /context[_ ](?:length|window)|maximum context|too many (?:input )?tokens|prompt is too long|string_above_max/i;
const filtered = /content_filter|content_policy|ResponsibleAIPolicyViolation|flagged/i;

/**
 * What to do about it. 408, 409, 429 and 5xx pass by themselves; what a person must mend is said in a way that tells how;
 * a content filter's refusal is an answer.
 */
export function faultOf(complaint: Complaint, { host, model, keyless }: Asker): Error {
  const { status, message, code = '', retryAfterMs, shouldRetry } = complaint;
  const said = `${host} answered ${status}${message ? `: ${message}` : ''}`;
  const about = `${code} ${message}`;
  if (status === 402 || spent.test(about))
    return new WhetstoneError('forbidden', `the account has no credit left. ${said}`);
  if ((status === 400 || status === 403) && filtered.test(about)) return new FilteredAnswer(message || code);
  const passing = [408, 409, 425, 429].includes(status) || status >= 500;
  if (shouldRetry ?? passing) {
    const refused = status === 429;
    return new CallFault(said, { refused, overload: refused || status === 503 || status === 529, retryAfterMs });
  }
  if (passing) return new WhetstoneError('unavailable', `${said} (and asks not to try again)`);
  if (status === 401) return new WhetstoneError('unauthorized', `${keyless ? noKey : 'the API key is wrong'}. ${said}`);
  if (status === 403) return new WhetstoneError('forbidden', `the API key may not use ${model}. ${said}`);
  if (status === 413 || tooLong.test(about))
    return new WhetstoneError(
      'payload_too_large',
      `prompt and --max-tokens do not fit the context of ${model}. ${said}`,
    );
  if (status === 404)
    return new WhetstoneError('not_found', `no model ${model}, or the base URL lacks its path (often /v1). ${said}`);
  if (status >= 300 && status < 400)
    return new WhetstoneError('invalid', `the endpoint redirects: give the base URL it redirects to. ${said}`);
  return new WhetstoneError('invalid', `the request was not accepted. ${said}`);
}
