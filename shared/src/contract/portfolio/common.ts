import { z } from 'zod';

export const ModelId = z.string().min(1).max(256).describe('Model id, as the outcomes have it');
export const Share = z.number().min(0).max(1);
export const Usd = z.number().min(0).max(1_000_000);
export const Name = z.string().min(1).max(128);

/** 90 %, as fractions of 1. */
export const Interval90 = z.tuple([z.number(), z.number()]);

/** How an attempt is checked before its answer is taken: not at all, by the tests at hand, by a review. */
export const Verify = z.enum(['none', 'tests', 'review']);
export type Verify = z.infer<typeof Verify>;
