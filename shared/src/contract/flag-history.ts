import { z } from 'zod';

/** How a version of a flag came about. */
export const flagActions = [
  'as_found',
  'created',
  'updated',
  'archived',
  'restored',
  'rolled_back',
  'variant_rolled_back',
] as const;
export type FlagAction = (typeof flagActions)[number];

export const HistoryActor = z.object({
  kind: z.enum(['key', 'system']),
  id: z.uuid().nullable().describe('Of the key; null for the system'),
  name: z.string().describe('As it was then: it stays when the key is renamed or revoked'),
});
export type HistoryActor = z.infer<typeof HistoryActor>;

/** Why a change is made, for whoever reads the history. */
export const Reason = z.string().min(1).max(500).optional().describe('Why, for whoever reads the history');
