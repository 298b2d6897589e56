import { ageText } from '../../age-text.ts';
import type { OutboxReport } from '../../offline/outbox/inspect.ts';
import { sizeText } from '../size-text.ts';
import type { Finding } from './check.ts';

/** Records wait while the server is away; a day of waiting or one set aside is for a person to look at. */
const longMs = 86_400_000;

export function lookAtOutbox(health: OutboxReport | undefined, nowMs: number): Finding {
  if (!health) return { verdict: 'ok', value: 'none without a key', detail: 'Kept for each server and key apart.' };
  const { pending, parked, bytes, oldestAt, delivered, lastError, problems } = health;
  const waitingMs = oldestAt ? Math.max(0, nowMs - Date.parse(oldestAt)) : 0;
  const oldest = oldestAt ? `, the oldest for ${ageText(waitingMs)}` : '';
  const value = `${pending} waiting${oldest}, ${parked} set aside, ${delivered} delivered, ${sizeText(bytes)}`;
  if (problems.length > 0 || parked > 0) {
    // Nothing that was accepted is lost by any of it, and agents are answered all the same.
    const detail = problems.join(' ') || `The server refused ${parked} for good.`;
    return { verdict: 'warn', value, detail, fix: 'See whetstone-mcp outbox for what and why.' };
  }
  if (waitingMs >= longMs)
    return { verdict: 'warn', value, detail: lastError, fix: 'Mend what the check of the server says.' };
  return { verdict: 'ok', value };
}
