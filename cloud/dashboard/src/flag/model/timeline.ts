import type { FlagDocument } from './document.ts';
import { changeSentence, percent, plain } from './sentences.ts';

export interface Moment {
  at: string;
  atMs: number;
  what: string;
  /** `held`: would have come, but the rollout is paused. */
  state: 'past' | 'next' | 'planned' | 'held';
  of: 'schedule' | 'rollout' | 'override' | 'expiry';
}

/** Everything a document says about time, in the order in which it comes; what no clock can read is left to the form. */
export function timelineOf(document: FlagDocument, nowMs: number): Moment[] {
  const { schedule = [], rollout, overrides = [], expiresAt, offVariant } = document;
  const pausedMs = rollout?.pausedAt === undefined ? Infinity : Date.parse(rollout.pausedAt);
  const target = rollout?.rule === undefined ? 'the fallthrough' : `rule ${rollout.rule}`;
  const moments = [
    ...schedule.map(({ at, set }) => ({
      at,
      what: plain(changeSentence({ set }, offVariant)),
      of: 'schedule' as const,
    })),
    ...(rollout?.steps ?? []).map(({ at, coverage }) => ({
      at,
      what: `${target} reaches ${percent(Number(coverage))}`,
      of: 'rollout' as const,
    })),
    ...overrides.flatMap(({ expiresAt: at, values, variant }) =>
      at === undefined
        ? []
        : [{ at, what: `override of ${values.join(', ')} to ${variant} ends`, of: 'override' as const }],
    ),
    ...(expiresAt === undefined ? [] : [{ at: expiresAt, what: 'the flag is due for removal', of: 'expiry' as const }]),
  ]
    .map((moment) => ({ ...moment, atMs: Date.parse(moment.at) }))
    .filter(({ atMs }) => Number.isFinite(atMs))
    .sort((a, b) => a.atMs - b.atMs);

  const isHeld = ({ of, atMs }: { of: Moment['of']; atMs: number }) => of === 'rollout' && atMs > pausedMs;
  const next = moments.findIndex((moment) => moment.atMs > nowMs && !isHeld(moment));
  return moments.map((moment, i): Moment => {
    const state = isHeld(moment) ? 'held' : moment.atMs <= nowMs ? 'past' : i === next ? 'next' : 'planned';
    return { ...moment, state };
  });
}

export const dayMs = 86_400_000;

/** The next midnight (UTC), at which most things are planned. */
export const dayAfter = (ms: number) => new Date(Math.ceil((ms + 1) / dayMs) * dayMs).toISOString();
