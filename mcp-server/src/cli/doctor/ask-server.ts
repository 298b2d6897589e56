import type { Config } from '../../config.ts';

export type Reply =
  | {
      kind: 'answered';
      status: number;
      body: unknown;
      latencyMs: number;
      sentAtMs: number;
      date: string | null;
      location: string | null;
    }
  | { kind: 'failed'; code: string; problem: string }
  | { kind: 'skipped'; why: string };

export interface ServerFacts {
  health: Reply;
  me: Reply;
}

interface Question {
  config: Pick<Config, 'url' | 'origin' | 'obstacles'>;
  fetch: typeof fetch;
  timeoutMs: number;
  nowMs: () => number;
}

/** Asks the server who it is and who we are to it. Whatever goes wrong is an answer. */
export async function askServer({ config, ...how }: Question): Promise<ServerFacts> {
  const { url, origin, obstacles } = config;
  const obstacle = obstacles.url ?? obstacles.offline;
  if (obstacle) return { health: { kind: 'skipped', why: obstacle }, me: { kind: 'skipped', why: obstacle } };
  const noKey: Reply = { kind: 'skipped', why: 'There is no whole key to show.' };
  const [health, me] = await Promise.all([
    ask(`${url}/healthz`, {}, how),
    origin ? ask(`${url}/api/me`, { authorization: `Bearer ${origin.apiKey}` }, how) : noKey,
  ]);
  return { health, me };
}

type How = Pick<Question, 'fetch' | 'timeoutMs' | 'nowMs'>;

async function ask(url: string, headers: Record<string, string>, { fetch, timeoutMs, nowMs }: How): Promise<Reply> {
  const startedAt = performance.now();
  const sentAtMs = nowMs();
  try {
    // Redirects are not followed: the key would go where nobody configured it.
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const latencyMs = performance.now() - startedAt;
    const { status } = response;
    const text = (await response.text()).slice(0, 100_000);
    const [date, location] = [response.headers.get('date'), response.headers.get('location')];
    return { kind: 'answered', status, body: parsed(text), latencyMs, sentAtMs, date, location };
  } catch (error) {
    return { kind: 'failed', ...describe(error, timeoutMs) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(error: unknown, timeoutMs: number) {
  const { name, message, cause } = error as {
    name: string;
    message: string;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return { code: 'TIMEOUT', problem: `no answer within ${timeoutMs / 1_000} s` };
  // The one refusal of fetch itself that an address can bring about; it has no code.
  const code = cause?.message === 'bad port' ? 'BAD_PORT' : 'UNKNOWN';
  return { code: cause?.code ?? code, problem: cause?.message || message };
}
