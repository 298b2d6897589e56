import type { LoggedEvent, Reading } from './events.ts';

/** What was found after a place in the log. What does not follow without a hole is lost, however that came about. */
export function readingAfter(after: number, { head, events }: { head: number; events: LoggedEvent[] }): Reading {
  const hole = events.findIndex(({ sequence }, index) => sequence !== after + 1 + index);
  const following = hole === -1 ? events : events.slice(0, hole);
  if (following.length > 0 || after === head) return { kind: 'events', events: following, head };
  const [first] = events;
  return { kind: 'lost', floor: first ? first.sequence - 1 : head, head };
}
