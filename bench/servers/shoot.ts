import autocannon from 'autocannon';
import { cpuMsOf } from '../harness/process-figures.ts';

export interface Target {
  name: string;
  url: string;
  headers?: Record<string, string>;
  /** Sent by POST; without one it is a GET. */
  body?: string;
  /** Every answer must have it. */
  status: number;
  /** Process that answers. */
  pid: number;
}

export interface Shot {
  requestsPerSecond: number;
  /** CPU time of the answering process per request. */
  cpuUs: number;
  p99Ms: number;
}

/** Twenty connections that ask again as soon as they were answered; throws when an answer is not as it should be. */
export async function shoot({ name, url, headers = {}, body, status, pid }: Target, durationS: number): Promise<Shot> {
  const before = cpuMsOf(pid);
  const result = await autocannon({
    url,
    headers,
    ...(body !== undefined && { method: 'POST' as const, body }),
    connections: 20,
    duration: durationS,
  });
  const { total } = result.requests;
  const cpuMs = cpuMsOf(pid) - before;
  const right = result.statusCodeStats?.[`${status}`]?.count ?? 0;
  if (result.errors > 0 || right === 0 || right !== answered(result)) {
    const statuses = JSON.stringify(result.statusCodeStats);
    throw new Error(`${name}: expected ${status} alone, got ${statuses} and ${result.errors} connection errors`);
  }
  return {
    requestsPerSecond: result.requests.average,
    cpuUs: (cpuMs * 1_000) / total,
    // Whole milliseconds, and 0 below the first: nothing can be divided by that.
    p99Ms: Math.max(result.latency.p99, 1),
  };
}

const answered = (result: autocannon.Result) =>
  result['1xx'] + result['2xx'] + result['3xx'] + result['4xx'] + result['5xx'];
