import { z } from 'zod';
import { FlagKey, Instant } from './flag-document.ts';
import { reasons } from './flags.ts';
import { operation } from './operation.ts';
import { timeRange } from './time-range.ts';

const Text = z.string().max(1_024);

/** That a variant was served: once, or `count` times between `firstAt` and `lastAt`. */
export const Exposure = z
  .strictObject({
    flag: FlagKey,
    variant: z.string().min(1).max(128).describe('Stored even when the cloud knows no such variant'),
    flagVersion: z.int().min(1).max(2_147_483_647).optional(),
    reason: z.enum(reasons).optional(),
    ruleId: Text.optional(),
    unit: Text.optional().describe('What the flag was decided for; default userId'),
    userId: Text.optional(),
    repoId: Text.optional(),
    taskId: Text.optional().describe('Joins outcomes'),
    taskType: Text.optional(),
    agent: Text.optional(),
    model: Text.optional(),
    count: z.int().min(1).max(1_000_000).default(1),
    firstAt: Instant.optional().describe('Default lastAt, else the time of arrival, which also replaces a future time'),
    lastAt: Instant.optional().describe('Default firstAt; the exposures count in the hour of lastAt'),
  })
  .superRefine(({ firstAt, lastAt }, context) => {
    if (firstAt === undefined || lastAt === undefined || Date.parse(lastAt) >= Date.parse(firstAt)) return;
    context.addIssue({ code: 'custom', path: ['lastAt'], message: 'lies before firstAt' });
  });
export type Exposure = z.infer<typeof Exposure>;

/** How far usage may look back, and how long a server may be set to keep what it counts. */
export const longestUsageDays = 1_100;

/** The most variants that usage names; a flag has at most as many, and what clients report beyond them is added up. */
export const mostUsageVariants = 100;

const Series = z
  .array(z.object({ at: z.iso.datetime(), exposures: z.int() }))
  .describe('One point for each step of the range, zeros included, named by its beginning; the same steps for all');

const units = z
  .int()
  .nullable()
  .describe(
    'Distinct units, exact; exposures without a unit are in none. null: the range reaches further back than units are kept',
  );

const VariantUsage = z.object({
  variant: z.string(),
  exposures: z.int().describe('Sum of the counts'),
  units,
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  series: Series,
});

const FlagUsage = z.object({
  key: z.string(),
  from: z.iso.datetime().describe('Beginning of the step that timeRange reaches back to, or of what is kept'),
  to: z.iso.datetime(),
  step: z
    .enum(['hour', 'day', 'week'])
    .describe('Of the series: hours up to 72h, days (UTC) up to 100d, weeks from Monday beyond'),
  exposures: z.int(),
  units: units.describe('Distinct units over all variants; as for a variant'),
  variants: z
    .array(VariantUsage)
    .describe(`Those exposed in the range, most exposed first, at most ${mostUsageVariants}`),
  other: z
    .object({ variants: z.int(), exposures: z.int(), series: Series })
    .optional()
    .describe(`All variants beyond the ${mostUsageVariants} most exposed together; absent when there are none`),
  kept: z.object({
    countsFrom: z.iso.datetime().describe('Counts before are removed; nothing is known of them'),
    unitsFrom: z.iso.datetime().describe('Units last seen before are removed'),
  }),
  notes: z
    .array(z.string())
    .describe('What this answer does not know, as sentences; empty when it knows all that was asked'),
});
export type FlagUsage = z.infer<typeof FlagUsage>;

const tag = 'flags';

export const exposures = {
  recordExposures: operation({
    method: 'POST',
    path: '/api/flags/exposures',
    summary: 'Record which variants were served; applied once per Idempotency-Key, without one as often as sent',
    tag,
    role: 'agent',
    input: z.strictObject({ exposures: z.array(Exposure).min(1).max(1_000) }),
    output: z.object({ accepted: z.int() }),
    idempotent: true,
    errors: ['conflict'],
  }),

  getFlagUsage: operation({
    method: 'GET',
    path: '/api/flags/:key/usage',
    summary: 'How often each variant was served, to how many units, by hour, day or week',
    tag,
    role: 'viewer',
    input: z.object({ key: FlagKey, timeRange: timeRange({ usual: '7d', longestDays: longestUsageDays }) }),
    output: FlagUsage,
    errors: ['not_found'],
  }),
};
