import type { Flag, Rule, Serve } from '@whetstone/shared/contract';

interface InForce {
  enabled: boolean;
  rules: readonly Rule[];
  fallthrough: Serve;
}

/**
 * What a flag's document says at a time: scheduled changes add up in the order of their times, and a step of the rollout
 * plan takes the place of the coverage of its split. As `compilePhases` of the evaluator, but for reading, not deciding.
 */
export function inForce({ enabled, rules, fallthrough, schedule = [], rollout }: Flag, nowMs: number): InForce {
  let now: InForce = { enabled, rules, fallthrough };
  const due = schedule.filter(({ at }) => Date.parse(at) <= nowMs).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const { set } of due) {
    now = {
      enabled: set.enabled ?? now.enabled,
      rules: set.rules ?? now.rules,
      fallthrough: set.fallthrough ?? now.fallthrough,
    };
  }
  const untilMs = Math.min(nowMs, rollout?.pausedAt ? Date.parse(rollout.pausedAt) : Infinity);
  const step = rollout?.steps.findLast(({ at }) => Date.parse(at) <= untilMs);
  if (!step) return now;
  const covered = (serve: Serve): Serve => ('split' in serve ? { ...serve, coverage: step.coverage } : serve);
  if (rollout?.rule === undefined) return { ...now, fallthrough: covered(now.fallthrough) };
  const moved = now.rules.map((rule) => (rule.id === rollout.rule ? { ...rule, serve: covered(rule.serve) } : rule));
  return { ...now, rules: moved };
}
