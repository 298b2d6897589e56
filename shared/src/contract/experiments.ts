import { z } from 'zod';
import { longestUsageDays } from './exposures.ts';
import { FlagKey } from './flag-document.ts';
import { operation } from './operation.ts';
import { MetricName } from './portfolio/index.ts';
import { timeRange } from './time-range.ts';

const Interval = z.tuple([z.number(), z.number()]);
const Chance = z.number().min(0).max(1);

const Test = z.object({ lift: z.number(), interval: Interval, p: Chance });

const decisionStates = ['too_early', 'no_difference', 'better', 'worse', 'srm_broken'] as const;

const Decision = z
  .object({ state: z.enum(decisionStates), text: z.string().describe('The same for people') })
  .describe('By the sequential test alone, hence the same however often one looks');
export type Decision = z.infer<typeof Decision>;

const Arm = z.object({
  variant: z.string(),
  units: z.int().describe('Units that got this variant from the split and no other'),
  unitsWithOutcome: z.int(),
  outcomes: z.int(),
  mean: z.number().optional().describe('Over units with an outcome; a rate for success. Absent without any'),
  interval: Interval.optional().describe('95 %; Wilson for a rate, Student otherwise'),
  chanceToBeBest: Chance.optional(),
});
export type Arm = z.infer<typeof Arm>;

const Comparison = z.object({
  variant: z.string(),
  absolute: Test.optional().describe('Variant minus control in units of the metric; Welch, for one look'),
  relative: Test.optional().describe(
    'As a share of the control (0.1 is 10 % more); absent where the control is about 0',
  ),
  adjusted: z
    .object({
      why: z.string().optional().describe('Why there is no adjustment'),
      unitsWithPast: z.int(),
      absolute: Test.optional(),
      relative: Test.optional(),
      varianceReduction: z.number().optional().describe('0.4: as good as 1/(1 - 0.4) times the units'),
    })
    .describe('CUPED: what the same units did before they were exposed is taken out'),
  sequential: Test.extend({ alpha: z.number() })
    .optional()
    .describe('Valid at every look: 0.05 shared by all comparisons; absolute'),
  chanceToWin: Chance.optional(),
  risk: z
    .object({ keepingControl: z.number(), choosingVariant: z.number() })
    .optional()
    .describe('Expected loss of a choice, in units of the metric'),
  decision: Decision,
});
export type Comparison = z.infer<typeof Comparison>;

const SampleRatio = z.object({
  p: Chance.optional().describe('Absent when nothing could be checked'),
  checkedUnits: z.int(),
  uncheckedUnits: z.int().describe('Of versions or rules whose split is not known'),
  expected: z.array(z.object({ variant: z.string(), units: z.int(), expected: z.number() })),
  text: z.string(),
});
export type SampleRatio = z.infer<typeof SampleRatio>;

export const Experiment = z.object({
  key: z.string(),
  metric: z.string(),
  kind: z.enum(['rate', 'mean']).optional().describe('rate: every unit has 0 or 1. Absent without outcomes'),
  better: z.enum(['higher', 'lower']),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  windowHours: z.number(),
  control: z.string().optional().describe('Absent while nobody was exposed'),
  crossovers: z.int().describe('Units seen in more than one variant: in none of the figures'),
  notRandomised: z
    .int()
    .describe('Units that only rules, overrides or the off switch decided for: in none of the figures'),
  contradicted: z
    .int()
    .describe('Outcomes whose own flags name another variant than the exposure; counted by the exposure'),
  variants: z.array(Arm),
  comparisons: z.array(Comparison).describe('Each other variant against the control'),
  sampleRatio: SampleRatio,
  decision: Decision.describe('Of the comparisons together'),
});
export type Experiment = z.infer<typeof Experiment>;

export const experiments = {
  getExperiment: operation({
    method: 'GET',
    path: '/api/flags/:key/experiment',
    summary: 'What the variants of a flag did to a metric: lift, certainty, and a verdict that holds at every look',
    tag: 'flags',
    role: 'viewer',
    input: z.object({
      key: FlagKey,
      metric: MetricName.default('success').describe('success, costUsd, timeMs, corrected, or a name in `metrics`'),
      timeRange: timeRange({ usual: '30d', longestDays: longestUsageDays }),
      control: z.string().min(1).max(128).optional().describe('Variant to compare with; default the off variant'),
      windowHours: z
        .number()
        .min(1)
        .max(2_160)
        .default(72)
        .describe('Hours after its first exposure in which outcomes count for a unit that no task joins'),
      better: z
        .enum(['higher', 'lower'])
        .optional()
        .describe('Default lower for costUsd, timeMs and corrected, else higher'),
    }),
    output: Experiment,
    errors: ['not_found', 'conflict'],
  }),
};
