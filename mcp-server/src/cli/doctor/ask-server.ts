import type { Config } from '../../config.ts';
import { parseJson } from '../../json.ts';
import type { Transport } from '../../offline/transport/transport.ts';

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
  get: Transport;
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

type How = Pick<Question, 'get' | 'timeoutMs' | 'nowMs'>;

async function ask(url: string, headers: Record<string, string>, { get, timeoutMs, nowMs }: How): Promise<Reply> {
  const startedAt = performance.now();
  const sentAtMs = nowMs();
  try {
    const response = await get(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const latencyMs = performance.now() - startedAt;
    const { status } = response;
    const text = (await response.text()).slice(0, 100_000);
    const [date, location] = [response.headers.get('date'), response.headers.get('location')];
    return { kind: 'answered', status, body: parseJson(text), latencyMs, sentAtMs, date, location };
  } catch (error) {
    return { kind: 'failed', ...describe(error, timeoutMs) };
  }
}

function describe(error: unknown, timeoutMs: number) {
  const { name, message, code, proxy, cause } = error as FailedRequest;
  const through = proxy ? `the proxy ${proxy}: ` : '';
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return { code: 'TIMEOUT', problem: `${through}no answer within ${timeoutMs / 1_000} s` };
  }
  return { code: proxy ? 'PROXY' : (code ?? 'UNKNOWN'), problem: `${through}${cause?.message || message}` };
}

interface FailedRequest {
  name: string;
  message: string;
  code?: string;
  proxy?: string;
  cause?: { message?: string };
}
