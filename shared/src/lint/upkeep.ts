import type { FlagDefinition } from '../contract/flag-document.ts';
import { stepTimes } from '../flags/steps.ts';
import type { Remark } from './finding.ts';

/** Tags that say that an agent made a flag. */
const agentTags = ['agent', 'agent-made'];

/** What is missing for those who find the flag later, and what has had its time. */
export function upkeepRemarks(flag: FlagDefinition, nowMs: number): Remark[] {
  const warn = (rule: Remark['rule'], path: Remark['path'], message: string, fix: string): Remark => ({
    rule,
    severity: 'warning',
    path,
    message,
    fix,
  });
  const isPast = (at: string) => Date.parse(at) <= nowMs;
  const { description, owner, expiresAt, tags = [], schedule = [], overrides = [], rollout } = flag;
  const steps = rollout?.steps ?? [];
  return [
    ...(description?.trim()
      ? []
      : [
          warn(
            'missing-description',
            [],
            'has no description',
            'Say in a sentence what it decides and when it can go.',
          ),
        ]),
    ...(owner?.trim() ? [] : [warn('missing-owner', [], 'has no owner', 'Name a team or person in "owner".')]),
    ...(expiresAt !== undefined && isPast(expiresAt)
      ? [warn('expired-flag', ['expiresAt'], `was to last until ${expiresAt}`, 'Archive it, or move expiresAt.')]
      : []),
    ...(expiresAt === undefined && tags.some((tag) => agentTags.includes(tag))
      ? [
          warn(
            'agent-made-without-expiry',
            ['tags'],
            'was made by an agent and has no end',
            'Set expiresAt, or remove the tag once a person has taken it over.',
          ),
        ]
      : []),
    ...schedule.flatMap(({ at }, i) =>
      isPast(at)
        ? [
            warn(
              'past-schedule',
              ['schedule', i, 'at'],
              `came into force at ${at}`,
              'Write what it sets into the flag and remove the step.',
            ),
          ]
        : [],
    ),
    ...(rollout &&
    steps.length > 0 &&
    rollout.pausedAt === undefined &&
    stepTimes(rollout).every((fromMs) => fromMs <= nowMs)
      ? [
          warn(
            'past-schedule',
            ['rollout'],
            `reached its last step at ${steps.at(-1)!.at}`,
            `Write coverage ${steps.at(-1)!.coverage} into the split and remove the plan.`,
          ),
        ]
      : []),
    ...waitingSince(rollout, nowMs).map(({ i, at }) =>
      warn(
        'closed-gate',
        ['rollout', 'steps', i, 'gate'],
        `waits for its gate since ${at}`,
        'Run the evals it waits for with this flag named, or take the gate out of the step.',
      ),
    ),
    ...overrides.flatMap(({ expiresAt: until }, i) =>
      until !== undefined && isPast(until)
        ? [warn('expired-override', ['overrides', i, 'expiresAt'], `ended at ${until}`, 'Remove it.')]
        : [],
    ),
  ];
}

/** The step whose time came a week ago and whose gate is closed: whoever planned it may have forgotten what it waits for. */
function waitingSince(rollout: FlagDefinition['rollout'], nowMs: number): { i: number; at: string }[] {
  if (!rollout || rollout.pausedAt !== undefined) return [];
  const i = rollout.steps.findIndex(({ gate }) => gate && gate.passedAt === undefined);
  const step = rollout.steps[i];
  return step && Date.parse(step.at) + longWaitMs <= nowMs ? [{ i, at: step.at }] : [];
}

const longWaitMs = 7 * 24 * 60 * 60 * 1_000;
