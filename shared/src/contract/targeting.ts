import { z } from 'zod';
import { DryRun, dryRunQuery } from './dry-run.ts';
import { EvalGate, FlagKey, Override, Reason, RolloutPlan } from './flag-document.ts';
import { WrittenFlag } from './flag-history.ts';
import { operation } from './operation.ts';

const Unit = z.object({ unit: z.string(), userId: z.string().optional(), repoId: z.string().optional() });

/** How far a rollout plan is, by the clock and by the units that exposures have named. */
const RolloutProgress = z.object({
  key: z.string(),
  rule: z.string().optional().describe('The rule whose split moves; absent for the fallthrough'),
  steps: z.array(
    z.object({
      at: z.string(),
      coverage: z.number(),
      state: z
        .enum(['done', 'current', 'next', 'planned', 'held', 'waiting'])
        .describe('held: a pause keeps it from coming into force; waiting: its time has come, and a gate is closed'),
      gate: EvalGate.optional(),
    }),
  ),
  paused: z.boolean(),
  plannedPercent: z.number().describe('Coverage that is in force'),
  reached: z.object({
    units: z.int().describe('Known units that the coverage lets in'),
    of: z
      .int()
      .describe('Known units that this split decides; of a flag that takes long to decide the most recent ones alone'),
    percent: z.number(),
  }),
  next: z
    .object({
      at: z.string().describe('While paused: as if it were resumed now; at a closed gate: at the earliest'),
      coverage: z.number(),
      units: z.array(Unit).describe('At most 100 of them'),
      count: z.int(),
    })
    .nullable()
    .describe('Who enters with the next step; null when none is left'),
});
export type RolloutProgress = z.infer<typeof RolloutProgress>;

const tag = 'flags';
const errors = ['not_found', 'conflict'] as const;

/** Changes of one part of a flag. Each writes the next version, of whichever version is current. */
export const targeting = {
  putOverride: operation({
    method: 'PUT',
    path: '/api/flags/:key/overrides',
    summary: 'Give units a variant whatever the rules say; replaces what these units had',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({ key: FlagKey, ...Override.shape, reason: Reason }),
    output: WrittenFlag,
    errors,
  }),

  deleteOverride: operation({
    method: 'DELETE',
    path: '/api/flags/:key/overrides',
    summary: 'Take the override of one unit away',
    tag,
    role: 'editor',
    input: z.object({
      key: FlagKey,
      attribute: Override.shape.attribute,
      value: z.string().min(1).max(1024),
      reason: Reason,
      dryRun: DryRun,
    }),
    output: WrittenFlag,
    errors,
  }),

  getRollout: operation({
    method: 'GET',
    path: '/api/flags/:key/rollout',
    summary: 'How far the rollout plan is, and who is next',
    tag,
    role: 'viewer',
    input: z.object({ key: FlagKey }),
    output: RolloutProgress,
    errors: ['not_found'],
  }),

  putRollout: operation({
    method: 'PUT',
    path: '/api/flags/:key/rollout',
    summary: 'Raise the coverage of a split by dates; what an earlier plan has reached stays until the first step',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({
      key: FlagKey,
      rule: RolloutPlan.shape.rule,
      steps: RolloutPlan.shape.steps,
      reason: Reason,
    }),
    output: WrittenFlag,
    errors,
  }),

  deleteRollout: operation({
    method: 'DELETE',
    path: '/api/flags/:key/rollout',
    summary: 'End the plan; the coverage it has reached stays',
    tag,
    role: 'editor',
    input: z.object({ key: FlagKey, reason: Reason, dryRun: DryRun }),
    output: WrittenFlag,
    errors,
  }),

  pauseRollout: operation({
    method: 'POST',
    path: '/api/flags/:key/rollout/pause',
    summary: 'Keep the steps that are left from coming into force',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({ key: FlagKey, reason: Reason }),
    output: WrittenFlag,
    errors,
  }),

  resumeRollout: operation({
    method: 'POST',
    path: '/api/flags/:key/rollout/resume',
    summary: 'Go on; the steps that are left come later by the length of the pause',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({ key: FlagKey, reason: Reason }),
    output: WrittenFlag,
    errors,
  }),
};
