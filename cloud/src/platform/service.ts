import { setTimeout as sleep } from 'node:timers/promises';
import { retryAfterMs } from './retry-after.ts';
import { ServiceFault } from './service-fault.ts';

interface Options {
  /** As faults name it, such as `Pinecone`. */
  name: string;
  /** The variable that its key comes from. */
  keyVariable: string;
  /** Never in the text of a fault. */
  secrets: readonly string[];
  /** What the first wait is about; each one after it is twice as long. */
  baseMs?: number | undefined;
}

interface Service {
  /** For the service's client library, whose own attempts are to be none. A bad answer, and none at all, is thrown as a fault. */
  fetch: typeof fetch;
  /** What went wrong, out of what a client threw. */
  faultOf(error: unknown, signal: AbortSignal): ServiceFault;
  fault(words: string, status?: number): ServiceFault;
}

/** Broken ones, or no connection; those refused for the rate cost nothing, and a healthy service refuses often. */
const most = { broken: 3, refused: 8, waitMs: 60_000 };

/** How every client library of a service reaches it: attempts are bounded, end with the signal, and never follow elsewhere with a key. */
export function openService({ name, keyVariable, secrets, baseMs = 200 }: Options): Service {
  const redacted = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  const fault = (words: string, status?: number) => new ServiceFault(redacted(`${name} ${words}`), status);

  async function attempt(input: Parameters<typeof fetch>[0], init: RequestInit, signal: AbortSignal | undefined) {
    try {
      return await fetch(input, { ...init, redirect: 'manual' });
    } catch (error) {
      if (signal?.aborted) throw error;
      return fault(`cannot be reached: ${rootOf(error)}`);
    }
  }

  return {
    async fetch(input, init = {}) {
      const signal = init.signal ?? undefined;
      const tries = { broken: 0, refused: 0 };
      for (;;) {
        const answer = await attempt(input, { ...init, headers: withoutGossip(init.headers) }, signal);
        if (!(answer instanceof ServiceFault) && answer.ok) return answer;
        const failure = answer instanceof ServiceFault ? answer : faultIn(answer, await wordsIn(answer));
        const { httpStatus: status } = failure;
        if (status !== undefined && status !== 429 && status < 500) throw failure;
        const kind = status === 429 ? 'refused' : 'broken';
        if (++tries[kind] >= most[kind]) throw failure;
        const backoffMs = baseMs * 2 ** (tries.broken + tries.refused - 1) * (0.5 + Math.random());
        const asked = answer instanceof ServiceFault ? null : answer.headers.get('retry-after');
        const waitMs = retryAfterMs(asked, Date.now()) ?? backoffMs;
        if (waitMs > most.waitMs) throw failure;
        await sleep(waitMs, undefined, { signal });
      }
    },

    faultOf(error, signal) {
      const known = causesOf(error).find((cause) => cause instanceof ServiceFault);
      if (known) return known;
      if (signal.aborted) return fault('did not answer in time');
      return fault(`failed: ${rootOf(error)}`);
    },
    fault,
  };

  function faultIn({ status }: Response, words: string) {
    if (status === 401 || status === 403) return fault(`refuses the key (${status}): look at ${keyVariable}`, status);
    return fault(`answers ${status}${words && `: ${words}`}`, status);
  }
}

/** Clients tell of the machine they run on. */
function withoutGossip(given: RequestInit['headers']): Headers {
  return new Headers([...new Headers(given)].filter(([name]) => !name.startsWith('x-stainless-')));
}

const longestWords = 300;

async function wordsIn(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  return (messageIn(text) ?? text.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ').trim().slice(0, longestWords);
}

/** Where services put it: `error.message`, `message`, or `error` itself. */
function messageIn(text: string): string | undefined {
  try {
    const { error, message } = JSON.parse(text) as { error?: string | { message?: unknown }; message?: unknown };
    const found = [typeof error === 'object' ? error.message : error, message];
    return found.find((one): one is string => typeof one === 'string');
  } catch {
    return undefined;
  }
}

function causesOf(error: unknown): unknown[] {
  const causes = [error];
  for (let at = error; at instanceof Error && at.cause !== undefined; at = at.cause) causes.push(at.cause);
  return causes;
}

/** The innermost cause says what happened: ECONNREFUSED, other side closed. */
function rootOf(error: unknown): string {
  const root = causesOf(error).at(-1);
  if (!(root instanceof Error)) return String(root);
  return root.message || ('code' in root ? String(root.code) : root.name);
}
