import { isCovered } from './handover.ts';
import type { Tally } from './tally.ts';
import type { Session } from './unit/unit-store.ts';

/** Of how many sessions every write was seen, of those that anybody knows of. */
export interface Coverage {
  covered: number;
  /** Sessions that hooks told of, and starts of the MCP server in folders of which no hook told anything afterwards. */
  sessions: number;
  /** Of them, those without hooks. */
  withoutHooks: number;
  writes: number;
  missed: number;
}

export function coverageOf(sessions: readonly Session[], { served }: Pick<Tally, 'served'>, dropped: number): Coverage {
  const withoutHooks = served.filter(({ isHooked }) => !isHooked).length;
  const total = (of: (session: Session) => number) => sessions.reduce((sum, session) => sum + of(session), 0);
  return {
    covered: sessions.filter((session) => isCovered(session, dropped)).length,
    sessions: sessions.length + withoutHooks,
    withoutHooks,
    writes: total(({ writes }) => writes),
    missed: total(({ missed }) => missed),
  };
}

export function coverageText({ covered, sessions, withoutHooks, writes, missed }: Coverage) {
  if (sessions === 0) return 'no session was seen yet';
  const share = Math.round((covered / sessions) * 100);
  const parts = [
    `every write seen in ${covered} of ${sessions} ${sessions === 1 ? 'session' : 'sessions'} (${share} %)`,
    `${writes} ${writes === 1 ? 'write' : 'writes'}`,
  ];
  if (missed > 0) parts.push(`${missed} missed`);
  if (withoutHooks > 0) parts.push(`${withoutHooks} without hooks`);
  return parts.join(', ');
}
