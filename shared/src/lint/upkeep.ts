import type { FlagDefinition } from '../contract/flag-document.ts';
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
    ...(steps.length > 0 && rollout?.pausedAt === undefined && steps.every(({ at }) => isPast(at))
      ? [
          warn(
            'past-schedule',
            ['rollout'],
            `reached its last step at ${steps.at(-1)!.at}`,
            `Write coverage ${steps.at(-1)!.coverage} into the split and remove the plan.`,
          ),
        ]
      : []),
    ...overrides.flatMap(({ expiresAt: until }, i) =>
      until !== undefined && isPast(until)
        ? [warn('expired-override', ['overrides', i, 'expiresAt'], `ended at ${until}`, 'Remove it.')]
        : [],
    ),
  ];
}
