import { z } from 'zod';
import type { Operation } from './operation.ts';
import { reasons } from './flags.ts';

/** By OFREP 0.3, https://github.com/open-feature/protocol: what the stock OpenFeature providers speak. */
const OfrepContext = z
  .looseObject({
    targetingKey: z.string().min(1).max(1_024).describe('Whom the answer is for; same as userId'),
  })
  .describe('First-class attributes by their names; any other name is an attribute as well')
  .meta({ id: 'OfrepContext' });

export const ofrepErrorCodes = [
  'PARSE_ERROR',
  'TARGETING_KEY_MISSING',
  'INVALID_CONTEXT',
  'FLAG_NOT_FOUND',
  'GENERAL',
] as const;
export type OfrepErrorCode = (typeof ofrepErrorCodes)[number];

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const OfrepSuccess = z
  .object({
    key: z.string(),
    value: z.unknown(),
    reason: z.enum(reasons),
    variant: z.string(),
    metadata: metadata.describe('flagVersion, and where they apply ruleId, bucket and rolloutPercentage'),
  })
  .meta({ id: 'OfrepSuccess' });

/** What went wrong: with a flag when it has a `key`, else with the request. A key that may not ask gets no `errorCode`. */
const OfrepFailure = z
  .object({
    key: z.string().optional(),
    errorCode: z.enum(ofrepErrorCodes).optional(),
    errorDetails: z.string(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'OfrepFailure' });

/** Beside the operations: their failures have the shape of OFREP, and the typed client has no use for them. */
export const ofrep = {
  evaluateFlagByOfrep: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags/:key',
    summary: 'What a flag serves to this context, for OpenFeature providers; the API key may come as X-API-Key as well',
    tag: 'ofrep',
    role: 'viewer',
    input: z.object({ key: z.string(), context: OfrepContext }),
    output: OfrepSuccess,
    failure: OfrepFailure,
    errors: ['not_found'],
  },

  evaluateFlagsByOfrep: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags',
    summary:
      'What every flag serves to this context, for OpenFeature providers; the ETag is of flags, context and time',
    tag: 'ofrep',
    role: 'viewer',
    input: z.object({ context: OfrepContext }),
    output: z.object({ flags: z.array(z.union([OfrepSuccess, OfrepFailure])).describe('By key'), metadata }),
    failure: OfrepFailure,
    etag: true,
  },
} satisfies Record<string, Operation>;
