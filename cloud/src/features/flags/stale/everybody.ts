import { stepTimes } from '@whetstone/shared/flags';
import type { Flag, Serve } from '@whetstone/shared/contract';

export interface Everybody {
  variant: string;
  /** Since when it is so, as far as the document tells: an edit of anything else counts, too. */
  sinceMs: number;
}

/**
 * The one variant that a flag serves whoever asks, and since when; `undefined` when it may serve another one, now or by a
 * change that is planned. What its rules look at does not matter: they only count by what they serve.
 */
export function everybody(flag: Flag, nowMs: number): Everybody | undefined {
  const { schedule = [], rollout } = flag;
  const times = [...schedule.map(({ at }) => Date.parse(at)), ...runningSteps(rollout).map(({ fromMs }) => fromMs)];
  if (times.some((ms) => ms > nowMs)) return undefined;
  const { enabled, rules, fallthrough } = inForce(flag);
  const overrides = (flag.overrides ?? []).map(({ variant, expiresAt }) => ({
    variant,
    endsMs: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
  }));
  const lasting = overrides.filter(({ endsMs }) => endsMs > nowMs);
  const served = enabled
    ? new Set([
        ...lasting.map(({ variant }) => variant),
        ...[...rules.map(({ serve }) => serve), fallthrough].flatMap((serve) => servedBy(serve, flag)),
        // Not met, a prerequisite gives the off variant.
        ...(flag.prerequisites?.length ? [flag.offVariant] : []),
      ])
    : new Set([flag.offVariant]);
  const [variant] = served;
  if (variant === undefined || served.size > 1) return undefined;
  const ended = overrides.filter((override) => override.endsMs <= nowMs && override.variant !== variant);
  return { variant, sinceMs: Math.max(Date.parse(flag.updatedAt), ...times, ...ended.map(({ endsMs }) => endsMs)) };
}

type Plan = Flag['rollout'];
type Decisions = Pick<Flag, 'enabled' | 'rules' | 'fallthrough'>;

/** A paused plan stands still: what would come after the pause does not. */
function runningSteps(plan: Plan) {
  if (!plan) return [];
  const times = stepTimes(plan);
  const pausedMs = plan.pausedAt === undefined ? Infinity : Date.parse(plan.pausedAt);
  return plan.steps
    .map(({ coverage }, i) => ({ coverage, fromMs: times[i]! }))
    .filter(({ fromMs }) => fromMs <= pausedMs);
}

/** The decisions once every change that is planned has come into force. */
function inForce({ enabled, rules, fallthrough, schedule = [], rollout }: Flag): Decisions {
  const changes = schedule.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).map(({ set }) => set);
  let last: Decisions = { enabled, rules, fallthrough };
  for (const {
    enabled: on = last.enabled,
    rules: list = last.rules,
    fallthrough: rest = last.fallthrough,
  } of changes) {
    last = { enabled: on, rules: list, fallthrough: rest };
  }
  const coverage = runningSteps(rollout).at(-1)?.coverage;
  if (!rollout || coverage === undefined) return last;
  const raised = (serve: Serve): Serve => ('split' in serve ? { ...serve, coverage } : serve);
  return rollout.rule === undefined
    ? { ...last, fallthrough: raised(last.fallthrough) }
    : {
        ...last,
        rules: last.rules.map((rule) => (rule.id === rollout.rule ? { ...rule, serve: raised(rule.serve) } : rule)),
      };
}

/** Whose unit is missing gets the off variant, but a flag does not stay for the sake of those who ask wrongly. */
function servedBy(serve: Serve, { offVariant }: Flag): string[] {
  if ('variant' in serve) return [serve.variant];
  const { split, coverage = 100, otherwise = offVariant } = serve;
  const shares = coverage > 0 ? split.filter(({ weight }) => weight > 0).map(({ variant }) => variant) : [];
  return coverage < 100 ? [...shares, otherwise] : shares;
}
