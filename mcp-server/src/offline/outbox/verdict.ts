import type { Origin } from '../../config.ts';
import { parseRetryAfter } from '../retry-pace.ts';

/** What one attempt to deliver a record means for it and for the next. */
export type Verdict =
  | { kind: 'delivered' }
  /** This record will never be taken: set it aside. */
  | { kind: 'refused'; reason: string }
  /** The cloud cannot take anything now. `onlyThis`: it may be the fault of this record. */
  | { kind: 'later'; reason: string; retryAfterMs?: number | undefined; onlyThis: boolean }
  /** Nothing will be taken until a person has done something. */
  | { kind: 'stopped'; reason: string };

interface Answer {
  status: number;
  headers: Pick<Headers, 'get'>;
  body: string;
}

/**
 * Only what is plainly Whetstone's own word counts: a proxy or a hotel's log-in page that answers 200, 403 or 404 to
 * everything must neither swallow records nor set them aside.
 */
export function verdictOf(
  { status, headers, body }: Answer,
  { url, selector }: Origin,
  isAnswer: (answer: Record<string, unknown>) => boolean,
): Verdict {
  const answer = jsonObject(body);
  if (status >= 200 && status < 300) {
    if (answer && isAnswer(answer)) return { kind: 'delivered' };
    return later(`${url} answered something that is not Whetstone's; check WHETSTONE_URL.`);
  }
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'));
  if (status === 429) return { ...later(`${url} asks for fewer requests (HTTP 429).`, false), retryAfterMs };
  if (status === 503) return { ...later(`${url} is not available (HTTP 503).`, false), retryAfterMs };
  if (status >= 500 || status === 408 || status === 425) {
    return { ...later(`${url} answered HTTP ${status}; see the server's log.`), retryAfterMs };
  }
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'another address';
    return { kind: 'stopped', reason: `${url} redirects to ${target}; set WHETSTONE_URL to the final address.` };
  }
  if (typeof answer?.['code'] !== 'string') {
    return later(`${url} answered HTTP ${status}, but not as Whetstone does; check WHETSTONE_URL and the proxy.`);
  }
  // No record is about something that could be missing: it is the operation, and an older server, which gets newer.
  if (status === 404 || status === 405)
    return later(`${url} cannot take this yet (HTTP ${status}); update the server.`);
  if (status === 401 || status === 403) {
    return {
      kind: 'stopped',
      reason: `${url} refused WHETSTONE_API_KEY wsk_${selector}_… for recording (HTTP ${status}); it is revoked, expired or may only read.`,
    };
  }
  const { code, detail } = answer;
  return {
    kind: 'refused',
    reason: `HTTP ${status} ${code}: ${typeof detail === 'string' ? detail : 'no reason given'}`,
  };
}

const later = (reason: string, onlyThis = true): Verdict & { kind: 'later' } => ({ kind: 'later', reason, onlyThis });

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
