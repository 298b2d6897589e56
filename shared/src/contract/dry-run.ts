import { z } from 'zod';

/** Of writes that can be tried: in the query, whatever the method. A dry run leaves nothing behind, no receipt either. */
export const DryRun = z
  .boolean()
  .optional()
  .describe('Checks everything and stores nothing; answers what would change and who would get another variant');

export const dryRunQuery = z.object({ dryRun: DryRun });

/** Whether a parsed input asks for one. */
export const isDryRun = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'dryRun' in input && input.dryRun === true;
