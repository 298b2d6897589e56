import { WhetstoneError } from '@whetstone/shared/errors';
import { lookup } from 'node:dns/promises';
import { Agent, fetch, type Response } from 'undici';
import { allowedPlaces } from './allowed-places.ts';
import { addressesOf, destinationOf, hostOf, type Rules } from './destination.ts';
import { nextHop, type Hop } from './next-hop.ts';
import type { Outbound, OutboundAnswer, OutboundCall, Resolve } from './outbound.ts';
import { pinnedConnector } from './pinned-connector.ts';
import { readCapped } from './read-capped.ts';
import { withinTime } from '../within-time.ts';

interface Options {
  /** Hosts, addresses and networks that are called though they are not public, at any port. */
  allow: readonly string[];
  ports: readonly number[];
  userAgent: string;
  resolve?: Resolve;
  /** Certificates of authorities that are trusted besides the usual ones. */
  ca?: string;
}

const checkTimeoutMs = 5_000;

/** The port on undici. Each call has a connection of its own, so that each is looked at. */
export function openOutbound({ allow, ports, userAgent, resolve = systemResolve, ca }: Options): Outbound {
  const rules: Rules = { allowed: allowedPlaces(allow), ports, resolve };
  // An agent of its own: proxies that the environment names know nothing of these rules.
  const agent = new Agent({ connect: pinnedConnector({ ...rules, connectTimeoutMs: 10_000, ca }), pipelining: 0 });

  async function answerOf(text: string, call: OutboundCall, signal: AbortSignal): Promise<OutboundAnswer> {
    let hop: Hop = { url: destinationOf(text, rules), headers: { 'user-agent': userAgent, ...call.headers } };
    for (let left = call.redirects ?? 0; ; left--) {
      const response = await fetch(hop.url, {
        method: call.method ?? 'GET',
        headers: hop.headers,
        ...(call.body === undefined ? {} : { body: call.body }),
        redirect: 'manual',
        dispatcher: agent,
        signal,
      });
      const next = left > 0 ? nextHop(hop, response, call.method) : undefined;
      if (!next) return await read(response, hop.url, call.maxBytes);
      await response.body?.cancel();
      hop = { url: destinationOf(next.url, rules), headers: next.headers };
    }
  }

  return {
    async fetch(url, call) {
      const inTime = AbortSignal.timeout(call.timeoutMs);
      const signal = call.signal ? AbortSignal.any([call.signal, inTime]) : inTime;
      try {
        return await answerOf(url, call, signal);
      } catch (error) {
        if (call.signal?.aborted) throw call.signal.reason;
        throw sentenceFor(error, url, inTime.aborted ? call.timeoutMs : undefined);
      }
    },
    async check(url) {
      const host = hostOf(destinationOf(url, rules));
      const unknown = () => new WhetstoneError('unavailable', `the name "${host}" is not known`);
      await withinTime(addressesOf(host, rules), checkTimeoutMs).catch((error: unknown) => {
        throw error instanceof WhetstoneError ? error : unknown();
      });
    },
    close: () => agent.destroy(),
  };
}

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

async function read(response: Response, url: URL, maxBytes: number): Promise<OutboundAnswer> {
  const body = await readCapped(response.body, maxBytes);
  return { status: response.status, headers: response.headers, body, url: url.href };
}

function sentenceFor(error: unknown, url: string, tooLateAfterMs: number | undefined): unknown {
  if (error instanceof WhetstoneError) return error;
  const host = URL.canParse(url) ? new URL(url).host : 'the address';
  if (tooLateAfterMs !== undefined) {
    return new WhetstoneError('unavailable', `${host} did not answer within ${tooLateAfterMs} ms`);
  }
  // What the connector refused arrives as the cause of a call that failed.
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof WhetstoneError) return cause;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new WhetstoneError('unavailable', `${host} cannot be reached${code}`, { cause: error });
}
