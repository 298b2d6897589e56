import { z } from 'zod';
import { Flag, FlagKey, Reason } from './flag-document.ts';
import { dryRunQuery } from './dry-run.ts';
import { operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

/** How a version of a flag came about. */
const flagActions = [
  'as_found',
  'created',
  'updated',
  'archived',
  'restored',
  'rolled_back',
  'variant_rolled_back',
] as const;
const FlagAction = z
  .enum(flagActions)
  .describe('as_found: the version it had when its history began; variant_rolled_back: by the system');
export type FlagAction = z.infer<typeof FlagAction>;

export const HistoryActor = z.object({
  kind: z.enum(['key', 'system']),
  id: z.uuid().nullable().describe('Of the key; null for the system'),
  name: z.string().describe('As it was then: it stays when the key is renamed or revoked'),
});
export type HistoryActor = z.infer<typeof HistoryActor>;

export const Change = z
  .object({
    path: z
      .string()
      .describe('JSON pointer; in lists of things with ids (rules) the id is the step, `<list>/#order` their order'),
    before: z.unknown().optional().describe('Absent: was not there'),
    after: z.unknown().optional().describe('Absent: is not there any more'),
  })
  .meta({ id: 'Change' });
export type Change = z.infer<typeof Change>;

const variant = z.string().nullable().describe('null: no such flag, or an archived one');

const Transition = z.object({
  from: variant,
  to: variant,
  count: z.int(),
  examples: z
    .array(
      z.object({
        unit: z.string().nullable().describe('What the flag decides for'),
        userId: z.string().optional(),
        repoId: z.string().optional(),
      }),
    )
    .describe('A few of them'),
});
export type Transition = z.infer<typeof Transition>;

const Moves = z
  .object({
    examined: z
      .int()
      .describe(
        'Distinct contexts of recent exposures of this flag, at most 10,000; fewer of a flag that takes long to decide',
      ),
    moved: z.int(),
    transitions: z.array(Transition).describe('Those who would get another variant, the most first'),
    simulated: z
      .array(z.object({ from: variant, to: variant, share: z.number().describe('0 to 1') }))
      .describe(
        '10,000 made-up units without attributes, fewer of a flag that takes long to decide; with those that would not move, the shares sum to 1',
      ),
  })
  .meta({ id: 'Moves' });
export type Moves = z.infer<typeof Moves>;

/** How many flags a dry run of what several depend on looks at. */
export const mostFlagsExamined = 10;

/** Who moves by a change that concerns several flags. */
export const MovesOfFlags = z
  .object({
    examined: z.int().describe('Sum over the flags'),
    moved: z.int().describe('Sum over the flags'),
    flags: z
      .array(Moves.extend({ key: z.string() }))
      .describe(`Of the flags that the change concerns the first ${mostFlagsExamined} by key`),
    notExamined: z.int().describe('How many more it concerns'),
  })
  .meta({ id: 'MovesOfFlags' });
export type MovesOfFlags = z.infer<typeof MovesOfFlags>;

/** The answer of every write of a flag: the flag as it is from now on, or on a dry run as it would be. */
export const WrittenFlag = Flag.extend({
  dryRun: z.literal(true).optional().describe('Nothing was stored'),
  diff: z.array(Change).optional().describe('Dry run only'),
  moves: Moves.optional().describe('Dry run only'),
}).meta({ id: 'WrittenFlag' });
export type WrittenFlag = z.infer<typeof WrittenFlag>;

const FlagVersion = z
  .object({
    version: z.int(),
    action: FlagAction,
    actor: HistoryActor,
    reason: z.string().optional(),
    at: z.iso.datetime(),
    diff: z.array(Change).describe('Against the version before; empty for the first, which is all in flag'),
    flag: Flag.describe('As it was'),
  })
  .meta({ id: 'FlagVersion' });
export type FlagVersion = z.infer<typeof FlagVersion>;

const tag = 'flags';

export const flagHistory = {
  getFlagHistory: operation({
    method: 'GET',
    path: '/api/flags/:key/history',
    summary: 'All versions of a flag, newest first: who changed what, and why',
    tag,
    role: 'viewer',
    input: z.object({ key: FlagKey, ...pageInput }),
    output: pageOf(FlagVersion),
    errors: ['not_found'],
  }),

  rollBackFlag: operation({
    method: 'POST',
    path: '/api/flags/:key/rollback',
    summary: 'Make a flag what it was in an earlier version, as a new one',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({
      key: FlagKey,
      version: z.int().min(1).max(2_147_483_647).describe('The version to go back to'),
      reason: Reason,
    }),
    output: WrittenFlag,
    errors: ['not_found', 'conflict'],
  }),
};
