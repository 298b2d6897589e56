import type { NewOutcome } from './new-outcome.ts';

interface Meeting {
  said: Pick<NewOutcome, 'source' | 'corrects'>;
  /** When it ended, as it would be stored. */
  at: Date;
  hasSameContent: boolean;
  /** When the recorded one ended. */
  knownAt: Date;
}

/**
 * What becomes of an outcome whose name is taken. A correction replaces what was recorded, and so does a newer run of evals what
 * an older one found; that a run is heard of late changes nothing.
 */
export function meet({ said, at, hasSameContent, knownAt }: Meeting): 'known' | 'replaces' | 'conflict' {
  if (hasSameContent) return 'known';
  if (said.source === 'run') return at > knownAt ? 'replaces' : 'known';
  return said.corrects ? 'replaces' : 'conflict';
}
