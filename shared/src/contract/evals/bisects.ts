import { z } from 'zod';
import { FlagKey } from '../flag-document.ts';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { DatasetName, At, Ordinal, ProblemId, RunId, Usd } from './common.ts';
import { EvalSubject } from './runs.ts';

const CommitId = z.string().regex(/^[0-9a-f]{7,64}$/, 'expected a commit id, 7 to 64 of 0-9 a-f');

/** What lies between good and bad: an ordered list of candidates. */
const Over = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('commits'),
    repo: z.string().min(1).max(1_024).describe('A git repository below WHETSTONE_REPOS_DIRS of the server'),
    good: CommitId,
    bad: CommitId,
  }),
  z.strictObject({
    kind: z.literal('promptVersions'),
    versions: z
      .array(z.strictObject({ version: z.string().min(1).max(256), guidance: z.string().max(50_000).optional() }))
      .min(2)
      .max(200)
      .describe('From the last known good one to the first known bad one; guidance is the text of the version'),
  }),
  z.strictObject({
    kind: z.literal('flagVersions'),
    flag: FlagKey,
    variant: z.string().min(1).max(128).describe('Whose value is put before each prompt, as it was in each version'),
    good: Ordinal,
    bad: Ordinal,
  }),
]);

export const BisectRequest = z.strictObject({
  over: Over,
  dataset: DatasetName,
  subject: EvalSubject.optional().describe('Default with a regressionId: that of the run which regressed'),
  problems: z
    .array(ProblemId)
    .min(1)
    .max(1_000)
    .optional()
    .describe('Those that went from passing to failing; default: found by running all of them at both ends'),
  confidence: z.number().min(0.5).max(0.999).default(0.9).describe('Posterior at which one commit is named'),
  seedRuns: z.int().min(2).max(100).default(20).describe('Runs at each end before the search'),
  maxRuns: z.int().min(1).max(1_000).default(60).describe('Steps of the search, seed runs apart'),
  sandbox: z.enum(['process', 'pyodide', 'quickjs', 'e2b']).optional(),
  budgetUsd: Usd.optional(),
  regressionId: z.uuid().optional(),
});
export type BisectRequest = z.infer<typeof BisectRequest>;

const Candidate = z.object({
  index: z.int(),
  name: z.string(),
  title: z.string().nullable(),
  posterior: z.number().describe('That this one is the first bad one'),
  runs: z.int(),
  failures: z.int(),
});

export const Bisect = z.object({
  id: z.uuid(),
  status: z.enum(['queued', 'seeding', 'searching', 'found', 'range', 'no_difference', 'failed', 'cancelled']),
  over: Over,
  dataset: z.string(),
  confidence: z.number(),
  problems: z.array(z.string()).nullable().describe('That are run at each step; null until they are known'),
  candidates: z.array(Candidate),
  steps: z.array(
    z.object({
      number: z.int(),
      phase: z
        .enum(['scan', 'seed', 'search'])
        .describe('scan: all problems at an end, to find those that tell the ends apart'),
      index: z.int(),
      runId: RunId,
      failed: z.boolean().nullable().describe('null while it runs, of a scan, or when it gave no verdict'),
      verdict: z.enum(['passed', 'failed', 'scanned', 'error']).nullable().describe('error: no verdict, done again'),
      /** Of the likeliest candidate after this step. */
      bestIndex: z.int().nullable(),
      bestPosterior: z.number().nullable(),
      /** Of every candidate after this step; null in lists. */
      posterior: z.array(z.number()).nullable(),
    }),
  ),
  answer: z
    .object({
      kind: z.enum(['commit', 'range', 'none']),
      from: z.int().nullable(),
      to: z.int().nullable(),
      confidence: z.number().nullable().describe('That the first bad one is in it; null where there is none'),
      sentence: z.string(),
    })
    .nullable(),
  seedRuns: z.int(),
  searchRuns: z.int(),
  maxRuns: z.int(),
  failure: z.string().nullable(),
  regressionId: z.uuid().nullable(),
  createdAt: At,
  updatedAt: At,
});
export type Bisect = z.infer<typeof Bisect>;

const tag = 'evals';
const byId = z.strictObject({ id: z.uuid() });
const errors = ['not_found', 'conflict'] as const;

export const bisects = {
  startBisect: operation({
    method: 'POST',
    path: '/api/eval/bisect',
    summary: 'Find where it went wrong among commits, prompt versions or flag versions, though verdicts are noisy',
    tag,
    role: 'editor',
    status: 202,
    input: BisectRequest,
    output: Bisect,
    idempotent: true,
    errors: [...errors, 'rate_limited'],
  }),
  listBisects: operation({
    method: 'GET',
    path: '/api/eval/bisect',
    summary: 'Bisects, newest first',
    tag,
    role: 'viewer',
    input: z.object(pageInput),
    output: pageOf(Bisect),
  }),
  getBisect: operation({
    method: 'GET',
    path: '/api/eval/bisect/:id',
    summary: 'One bisect with its posterior and each step',
    tag,
    role: 'viewer',
    input: byId,
    output: Bisect,
    errors: ['not_found'],
  }),
  cancelBisect: operation({
    method: 'POST',
    path: '/api/eval/bisect/:id/cancel',
    summary: 'Stop; it can be resumed',
    tag,
    role: 'editor',
    input: byId,
    output: Bisect,
    errors,
  }),
  resumeBisect: operation({
    method: 'POST',
    path: '/api/eval/bisect/:id/resume',
    summary: 'Go on with a cancelled or failed one, or with a range and more runs',
    tag,
    role: 'editor',
    status: 202,
    input: byId.extend({ maxRuns: z.int().min(1).max(1_000).optional() }),
    output: Bisect,
    errors: [...errors, 'rate_limited'],
  }),
};
