import { z } from 'zod';
import { Condition } from './flag-document.ts';

export const SegmentKey = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, 'a segment key is 1 to 128 of a-z 0-9 . _ - and starts with a letter or digit')
  .describe('Segment key, e.g. beta-testers');

const units = z.array(z.string().min(1).max(1024)).max(10_000);

/**
 * A named group that conditions ask about: `{attribute, op: 'segment', values: [keys]}`. Whoever `excluded` lists is out,
 * whoever `included` lists is in (both by the attribute of the condition), anybody else is in when all conditions of one
 * of the `rules` hold.
 */
const segmentFields = {
  key: SegmentKey,
  description: z.string().max(2000).optional(),
  included: units.optional(),
  excluded: units.optional(),
  rules: z
    .array(z.strictObject({ when: z.array(Condition).min(1).max(100).describe('All must hold') }))
    .max(100)
    .optional()
    .describe('One that holds is enough'),
};

const serverFields = {
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const Segment = z.object({ ...segmentFields, ...serverFields }).meta({ id: 'Segment' });
export type Segment = z.infer<typeof Segment>;
