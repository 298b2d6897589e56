/** What came of one attempt. */
export interface Attempt {
  /** Of the answer; undefined when there was none. */
  status: number | undefined;
  /** Why there was no answer, in a sentence. */
  problem?: string;
  /** The address is not called any more: no time mends that. */
  isRefused?: boolean;
}

interface Standing {
  event: string;
  /** 1 for the first. */
  attempt: number;
  /** Deliveries of the webhook that were given up since the last one that arrived. */
  failuresInRow: number;
}

export type Next =
  | { kind: 'delivered' }
  | { kind: 'again'; problem: string; delayMs: number }
  | { kind: 'failed'; problem: string; turnOff: string | undefined };

/** Nine pauses of 10 s, 30 s, 90 s … 18 h, together 27 hours. */
export const maxAttempts = 10;
const firstDelayMs = 10_000;
/** Each of them was tried for more than a day, or refused. */
const mostFailuresInRow = 10;

/** What is done after an attempt; `chance` from 0 to 1 keeps what failed together from coming back together. */
export function afterAttempt(
  { event, attempt, failuresInRow }: Standing,
  { status, problem: reason, isRefused = false }: Attempt,
  chance: number,
): Next {
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'delivered' };
  const problem = reason ?? problemOf(status);
  if (status === 410) {
    return { kind: 'failed', problem, turnOff: 'the receiver answered 410 Gone: it wants no more' };
  }
  // Somebody watches a ping, and sends another one when they have mended what was wrong.
  const isLast = attempt >= maxAttempts || isRefused || event === 'ping';
  if (!isLast) return { kind: 'again', problem, delayMs: delayAfter(attempt, chance) };
  const isHopeless = event !== 'ping' && failuresInRow + 1 >= mostFailuresInRow;
  const turnOff = isHopeless ? `${mostFailuresInRow} deliveries in a row failed; the last one: ${problem}` : undefined;
  return { kind: 'failed', problem, turnOff };
}

const delayAfter = (attempt: number, chance: number) =>
  Math.round(firstDelayMs * 3 ** (attempt - 1) * (0.9 + 0.2 * chance));

function problemOf(status: number | undefined): string {
  if (status === undefined) return 'there was no answer';
  const isRedirect = status >= 300 && status < 400;
  return isRedirect ? `answered ${status}; redirects are not followed` : `answered ${status}`;
}
