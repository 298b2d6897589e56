import { createHash, createHmac, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listening } from './listening.ts';

/**
 * Speaks QStash's REST as far as its client is used here (publish, batch, schedules, dead letters, messages) and delivers:
 * signed as QStash signs, with its retries, pauses, flow control, deduplication, failure callbacks and dead letters, and on
 * demand with every message several times, out of order, late, lost on the way, signed wrongly, expired, for another address.
 *
 * It proves what we do with such deliveries. It does not prove that QStash sends exactly these headers and bodies, which
 * claims stay the same over its retries, how fast it is, what it bills, what its plans refuse, that a flow-control key is
 * shared by its regions, or that it survives its own crashes: everything lies in memory. Schedules fire when a test says so,
 * never by the clock. It knows no TLS, URL groups, queues, callbacks on success, or rates.
 */
export async function startQStashStandIn({ faults = {}, pauseFactor = 1 }: StandInOptions = {}) {
  const keys = { currentSigningKey: 'sig_fake_current', nextSigningKey: 'sig_fake_next' };
  const token = 'fake-token-of-the-qstash-stand-in';
  const state = { faults: faults as Faults, isAway: false, random: seeded(7) };
  const messages = new Map<string, Message>();
  const byDeduplication = new Map<string, string>();
  const schedules = new Map<string, Schedule>();
  const dead = new Map<string, Message>();
  const flows = new Map<string, { active: number; waiting: (() => void)[] }>();
  const sent: SentDelivery[] = [];
  const underWay = new Set<Promise<void>>();
  const stopper = new AbortController();
  // Every pause and every delivery under way listens.
  setMaxListeners(0, stopper.signal);

  const server = createServer((request, response) => {
    if (state.isAway) return void request.socket.destroy();
    response.on('error', () => undefined);
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await text(request);
    const answer = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { error: 'unauthorized' });
    const path = request.url!.split('?')[0]!;
    const route = `${request.method} ${path}`;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    if (route.startsWith('POST /v2/publish/')) return answer(201, accept(path.slice(12), headers, body));
    if (route === 'POST /v2/batch') {
      const batch = JSON.parse(body) as { destination: string; headers: Record<string, string>; body: string }[];
      return answer(
        201,
        batch.map((each) => accept(each.destination, lowerCase(each.headers), each.body)),
      );
    }
    if (route.startsWith('POST /v2/schedules/')) {
      const scheduleId = headers['upstash-schedule-id'] ?? randomUUID();
      const destination = path.slice('/v2/schedules/'.length);
      schedules.set(scheduleId, { scheduleId, destination, cron: headers['upstash-cron']!, headers, body });
      return answer(200, { scheduleId });
    }
    if (route === 'GET /v2/schedules')
      return answer(
        200,
        [...schedules.values()].map(({ headers: _, ...each }) => each),
      );
    if (route.startsWith('DELETE /v2/schedules/')) {
      schedules.delete(decodeURIComponent(path.slice('/v2/schedules/'.length)));
      return answer(200, {});
    }
    if (route === 'GET /v2/dlq')
      return answer(200, { messages: [...dead].map(([dlqId, each]) => ({ dlqId, ...viewOf(each) })) });
    if (route.startsWith('DELETE /v2/dlq')) {
      const ids = [path.slice('/v2/dlq/'.length), ...new URL(request.url!, 'http://x').searchParams.getAll('dlqIds')];
      return answer(200, { deleted: ids.filter((id) => dead.delete(id)).length });
    }
    if (route === 'POST /v2/dlq/retry') {
      const ids = new URL(request.url!, 'http://x').searchParams.getAll('dlqIds').filter((id) => dead.has(id));
      const again = ids.map((id) => {
        const { url: destination, headers: own, body: same } = dead.get(id)!;
        dead.delete(id);
        const { 'upstash-deduplication-id': _, ...rest } = own;
        return accept(destination, rest, same);
      });
      return answer(200, { responses: again });
    }
    const known = messages.get(path.slice('/v2/messages/'.length));
    if (route.startsWith('GET /v2/messages/') && known) return answer(200, viewOf(known));
    return answer(404, { error: `no route ${route}` });
  }

  function accept(destination: string, headers: Record<string, string>, body: string, scheduleId?: string) {
    const deduplicationId = headers['upstash-deduplication-id'];
    const known = deduplicationId === undefined ? undefined : byDeduplication.get(deduplicationId);
    if (known !== undefined) return { messageId: known, deduplicated: true };
    const messageId = `msg_${randomUUID()}`;
    if (deduplicationId !== undefined) byDeduplication.set(deduplicationId, messageId);
    const message: Message = { messageId, url: destination, headers, body, createdAt: Date.now(), scheduleId };
    messages.set(messageId, message);
    const notBeforeS = Number(headers['upstash-not-before'] ?? 0);
    inBackground(pass(message, Math.max(0, notBeforeS * 1_000 - Date.now())));
    return { messageId };
  }

  const inBackground = (task: Promise<void>) => {
    const caught = task.catch(() => undefined).finally(() => underWay.delete(caught));
    underWay.add(caught);
  };

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopper.signal });

  /** The life of a message: until an answer ends it, or its retries are used up. */
  async function pass(message: Message, waitMs: number) {
    await pause(waitMs + state.random() * (state.faults.delayMs ?? 0));
    const retries = Number(message.headers['upstash-retries'] ?? 3);
    for (let retried = 0; ; retried++) {
      const outcome = await inFlow(message, () => attempt(message, retried));
      if (outcome.status >= 200 && outcome.status < 300) return void messages.delete(message.messageId);
      const isFinal = outcome.status === 489 && outcome.headers['upstash-nonretryable-error'] === 'true';
      if (isFinal || retried >= retries) return bury(message, retried, outcome);
      const retryAfterS = Number(outcome.headers['retry-after']);
      const pauseMs = retryAfterS > 0 ? retryAfterS * 1_000 : pauseOf(message.headers['upstash-retry-delay'], retried);
      await pause(pauseMs * pauseFactor);
    }
  }

  async function inFlow<T>({ headers }: Message, work: () => Promise<T>): Promise<T> {
    const key = headers['upstash-flow-control-key'];
    if (key === undefined) return work();
    const most = Number(/parallelism=(\d+)/.exec(headers['upstash-flow-control-value'] ?? '')?.[1] ?? Infinity);
    const flow = flows.get(key) ?? { active: 0, waiting: [] };
    flows.set(key, flow);
    while (flow.active >= most) await new Promise<void>((go) => flow.waiting.push(go));
    flow.active += 1;
    try {
      return await work();
    } finally {
      flow.active -= 1;
      flow.waiting.shift()?.();
    }
  }

  /** One try, which may reach the other side several times or not at all; the first answer counts. */
  async function attempt(message: Message, retried: number): Promise<Outcome> {
    const { copies = 1, dropRate = 0 } = state.faults;
    if (state.random() < dropRate) return { status: 0, headers: {}, body: '' };
    const deliveries = Array.from({ length: copies }, async () => {
      if (copies > 1) await pause(state.random() * (state.faults.delayMs ?? 20));
      return deliver(message, retried);
    });
    return Promise.race(deliveries);
  }

  async function deliver(message: Message, retried: number): Promise<Outcome> {
    const { url, body, headers, messageId, scheduleId } = message;
    const signed = {
      'content-type': headers['content-type'] ?? 'application/json',
      'upstash-message-id': messageId,
      'upstash-retried': `${retried}`,
      ...(scheduleId !== undefined && { 'upstash-schedule-id': scheduleId }),
      'upstash-signature': signatureOf(url, body, state.faults.signature),
    };
    sent.push({ url, body, headers: signed });
    const timeoutMs = Number.parseInt(headers['upstash-timeout'] ?? '900', 10) * 1_000;
    return send({ url, body, headers: signed }, timeoutMs);
  }

  async function send({ url, body, headers }: SentDelivery, timeoutMs = 60_000): Promise<Outcome> {
    try {
      const signal = AbortSignal.any([stopper.signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetch(url, { method: 'POST', body, headers, signal });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    } catch {
      return { status: 0, headers: {}, body: '' };
    }
  }

  function bury(message: Message, retried: number, { status, headers, body }: Outcome) {
    const dlqId = `${Date.now()}-${dead.size}`;
    dead.set(dlqId, message);
    messages.delete(message.messageId);
    const callback = message.headers['upstash-failure-callback'];
    if (callback === undefined) return;
    const failure = {
      status,
      header: headers,
      body: base64(body),
      retried,
      maxRetries: Number(message.headers['upstash-retries'] ?? 3),
      sourceMessageId: message.messageId,
      url: message.url,
      method: 'POST',
      sourceBody: base64(message.body),
      createdAt: message.createdAt,
      dlqId,
    };
    const { 'upstash-retries': again = '3', 'upstash-retry-delay': delay = '1000' } = message.headers;
    const headersOfCallback = { 'upstash-retries': again, 'upstash-retry-delay': delay };
    accept(callback, { 'content-type': 'application/json', ...headersOfCallback }, JSON.stringify(failure));
  }

  function signatureOf(url: string, body: string, fault: SignatureFault | undefined) {
    const nowS = Math.floor(Date.now() / 1_000);
    const ageS = fault === 'expired' ? 3_600 : 0;
    const claims = {
      iss: 'Upstash',
      sub: fault === 'for another address' ? `${url}-of-somebody-else` : url,
      exp: nowS + 300 - ageS,
      nbf: nowS - ageS,
      iat: nowS - ageS,
      jti: `jwt_${randomUUID()}`,
      body: createHash('sha256')
        .update(fault === 'of another body' ? `${body} ` : body)
        .digest('base64url'),
    };
    const key =
      fault === 'with another key'
        ? 'sig_fake_of_somebody_else'
        : fault === 'with the next key'
          ? keys.nextSigningKey
          : keys.currentSigningKey;
    return jwt(claims, key);
  }

  const { url, stop } = await listening(server);
  return {
    url,
    token,
    ...keys,
    schedules,
    /** Every delivery that left, as it left. */
    sent,
    /** What has failed for good, by its id there. */
    dead,
    /** Whether the message is neither delivered nor given up. */
    isPending: (messageId: string) => messages.has(messageId),
    setFaults: (next: Faults) => void (state.faults = next),
    /** While away no request is answered; what was accepted before is still delivered. */
    setAway: (isAway: boolean) => void (state.isAway = isAway),
    fire: (scheduleId: string) => {
      const { destination, headers, body } = schedules.get(scheduleId)!;
      return accept(destination, headers, body, scheduleId).messageId;
    },
    /** The very same request again, signature and all. */
    replay: (delivery: SentDelivery) => send(delivery),
    /** A request that is signed as asked for, whatever it says. */
    forge: (target: string, body: string, fault?: SignatureFault) =>
      send({ url: target, body, headers: { 'upstash-signature': signatureOf(target, body, fault) } }),
    async stop() {
      stopper.abort();
      for (const { waiting } of flows.values()) waiting.splice(0).forEach((go) => go());
      await stop();
    },
  };
}

type SignatureFault = 'with the next key' | 'with another key' | 'expired' | 'for another address' | 'of another body';

export interface Faults {
  /** Every try reaches the other side so often. */
  copies?: number;
  /** This part of all tries never arrives. */
  dropRate?: number;
  /** Every message, and every copy, is late by up to this much: out of order. */
  delayMs?: number;
  signature?: SignatureFault;
}

interface StandInOptions {
  faults?: Faults;
  /** Pauses before retries take this part of their time. */
  pauseFactor?: number;
}

interface Message {
  messageId: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  createdAt: number;
  scheduleId: string | undefined;
}

interface Schedule {
  scheduleId: string;
  destination: string;
  cron: string;
  headers: Record<string, string>;
  body: string;
}

interface SentDelivery {
  url: string;
  body: string;
  headers: Record<string, string>;
}

interface Outcome {
  /** 0 when there was no answer. */
  status: number;
  headers: Record<string, string>;
  body: string;
}

const viewOf = ({ messageId, url, body, createdAt }: Message) => ({ messageId, url, body, createdAt });
const lowerCase = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const base64 = (plain: string) => Buffer.from(plain).toString('base64');

/** The two forms of pauses that we ask for, in ms. */
function pauseOf(expression: string | undefined, retried: number) {
  const [, first, doubles] = /^(\d+)( \* pow\(2, retried\))?$/.exec(expression ?? '12000') ?? [];
  if (first === undefined) throw new Error(`the stand-in cannot read the pause ${expression}`);
  return Number(first) * (doubles === undefined ? 1 : 2 ** retried);
}

function jwt(claims: object, key: string) {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** The same faults in every run: a linear congruential generator, constants of Numerical Recipes. */
function seeded(seed: number) {
  const state = { value: seed };
  return () => (state.value = (state.value * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}
