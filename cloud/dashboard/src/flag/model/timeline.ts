import type { RolloutPlan } from '@whetstone/shared/contract';
import { stepTimes } from '@whetstone/shared/flags';
import type { FlagDocument } from './document.ts';
import { gateText, isClosed } from './gate.ts';
import { changeSentence, percent, plain } from './sentences.ts';

export interface Moment {
  at: string;
  atMs: number;
  what: string;
  /** `held`: would have come, but the rollout is paused. `waiting`: its time has come, its gate was not passed yet. */
  state: 'past' | 'next' | 'planned' | 'held' | 'waiting';
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
    ...(rollout ? stepsOf(rollout, target) : []),
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

  const isShut = (moment: object) => 'isShut' in moment && moment.isShut === true;
  const isHeld = ({ of, atMs }: { of: Moment['of']; atMs: number }) => of === 'rollout' && atMs > pausedMs;
  const next = moments.findIndex((moment) => moment.atMs > nowMs && !isHeld(moment) && !isShut(moment));
  return moments.map((moment, i): Moment => {
    const { at, atMs, what, of } = moment;
    const hasCome = atMs <= nowMs;
    const state = isHeld(moment)
      ? 'held'
      : hasCome
        ? isShut(moment)
          ? 'waiting'
          : 'past'
        : i === next
          ? 'next'
          : 'planned';
    return { at, atMs, what, of, state };
  });
}

/** A step comes at its time, once its gate and those before it were passed; one that still waits stands where it was planned. */
function stepsOf(plan: RolloutPlan, target: string) {
  const times = stepTimes(plan);
  return plan.steps.map(({ at, coverage, gate }, i) => {
    const fromMs = times[i] ?? Number.NaN;
    const isShut = fromMs === Infinity;
    const why = isClosed(gate) ? `, once ${gateText(gate)}` : isShut ? ', once the steps before it have come' : '';
    return {
      at: Number.isFinite(fromMs) && fromMs !== Date.parse(at) ? new Date(fromMs).toISOString() : at,
      what: `${target} reaches ${percent(Number(coverage))}${why}`,
      of: 'rollout' as const,
      isShut,
    };
  });
}

export const dayMs = 86_400_000;

/** The next midnight (UTC), at which most things are planned. */
export const dayAfter = (ms: number) => new Date(Math.ceil((ms + 1) / dayMs) * dayMs).toISOString();
