import { z } from 'zod';
import { operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

const staleKinds = ['expired', 'never_evaluated', 'not_evaluated', 'settled'] as const;

/** After how many days without a change of its state a flag counts as stale; the list of flags goes by these as well. */
export const staleAfterDays = { neverEvaluated: 30, notEvaluated: 30, settled: 30 };

export const StaleReason = z
  .object({
    kind: z.enum(staleKinds),
    since: z.iso
      .datetime()
      .describe('Since when it is so: the expiry, the creation, the last evaluation, the last change'),
    text: z.string().describe('The reason as a sentence'),
    variant: z.string().optional().describe('settled: the one that everybody gets'),
  })
  .meta({ id: 'StaleReason' });
export type StaleReason = z.infer<typeof StaleReason>;

/** What every list of flags says about their use. */
export const usageFields = {
  lastEvaluatedAt: z.iso
    .datetime()
    .nullable()
    .describe(
      'Of the last exposure or evaluation over HTTP that was counted, about a minute behind; null when there never was one',
    ),
  staleReasons: z.array(StaleReason).describe(`By the defaults of GET /api/flags/stale; empty when it is not stale`),
};

const StaleFlag = z.object({
  key: z.string(),
  description: z.string().optional(),
  owner: z.string().optional(),
  tags: z.array(z.string()).optional(),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  lastEvaluatedAt: usageFields.lastEvaluatedAt,
  reasons: z.array(StaleReason).min(1),
});
export type StaleFlag = z.infer<typeof StaleFlag>;

const days = (usual: number, what: string) =>
  z.int().min(1).max(1_100).default(usual).describe(`${what}, 1 to 1100 days`);

export const stale = {
  listStaleFlags: operation({
    method: 'GET',
    path: '/api/flags/stale',
    summary: 'Flags that may have had their time, by key, with the reasons; a page may be short, nextCursor goes on',
    tag: 'flags',
    role: 'viewer',
    input: z.object({
      ...pageInput,
      kind: z.enum(staleKinds).optional().describe('Those with this reason alone'),
      neverEvaluatedDays: days(staleAfterDays.neverEvaluated, 'never_evaluated: made so long ago, never served'),
      notEvaluatedDays: days(staleAfterDays.notEvaluated, 'not_evaluated: not served for so long'),
      settledDays: days(staleAfterDays.settled, 'settled: one variant for everybody for so long, and still asked for'),
    }),
    output: pageOf(StaleFlag),
  }),
};
