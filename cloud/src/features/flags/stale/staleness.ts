import { staleAfterDays, type Flag, type StaleReason } from '@whetstone/shared/contract';
import { dayMs } from '../../../platform/day.ts';
import { everybody } from './everybody.ts';

export interface Known {
  lastEvaluatedAt: Date | null;
  /** Another flag asks for it: what it decides shows in that one's exposures, not in its own. */
  isPrerequisite: boolean;
  nowMs: number;
  afterDays?: typeof staleAfterDays;
}

/** Why a flag may have had its time; nothing when it has not, or is archived. */
export function staleness(flag: Flag, { lastEvaluatedAt, isPrerequisite, nowMs, afterDays = staleAfterDays }: Known) {
  if (flag.archivedAt !== undefined) return [];
  const reasons: StaleReason[] = [];
  const isLongAgo = (ms: number, days: number) => nowMs - ms >= days * dayMs;
  const add = (kind: StaleReason['kind'], sinceMs: number, text: string, more: Pick<StaleReason, 'variant'> = {}) =>
    reasons.push({ kind, since: new Date(sinceMs).toISOString(), text, ...more });

  if (flag.expiresAt !== undefined && Date.parse(flag.expiresAt) <= nowMs) {
    add('expired', Date.parse(flag.expiresAt), `It was to last until ${dayText(Date.parse(flag.expiresAt))}.`);
  }

  const madeMs = Date.parse(flag.createdAt);
  if (lastEvaluatedAt === null) {
    if (!isPrerequisite && isLongAgo(madeMs, afterDays.neverEvaluated)) {
      add('never_evaluated', madeMs, `Made on ${dayText(madeMs)}, and nobody has been served it since.`);
    }
    return reasons;
  }

  const lastMs = lastEvaluatedAt.getTime();
  if (isLongAgo(lastMs, afterDays.notEvaluated)) {
    // What was just made anew under the name of an old flag has its time before it.
    if (!isPrerequisite && isLongAgo(madeMs, afterDays.notEvaluated)) {
      add('not_evaluated', lastMs, `Nobody has been served it since ${dayText(lastMs)}.`);
    }
    return reasons;
  }

  const one = everybody(flag, nowMs);
  if (one && isLongAgo(one.sinceMs, afterDays.settled)) {
    const text =
      `Everybody has been served "${one.variant}" since ${dayText(one.sinceMs)}, and it is still asked for: ` +
      `put "${one.variant}" into the code and archive it.`;
    add('settled', one.sinceMs, text, { variant: one.variant });
  }
  return reasons;
}

const dayText = (ms: number) => new Date(ms).toISOString().slice(0, 10);
