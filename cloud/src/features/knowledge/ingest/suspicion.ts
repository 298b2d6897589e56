import type { Provenance } from '@whetstone/shared/contract';

/** What a new look at a version would change. */
export interface Difference {
  provenance: Provenance;
  /** Pages that are served now, and those of them that would go. */
  served: number;
  vanished: number;
  /** Pages that would be served, and those with warnings that the page at the same place has not now. */
  taken: number;
  newlyWarned: number;
}

const fewPages = 5;
const fewWarned = 3;
/** Of the pages that are taken. */
const shareWarned = 0.2;

/**
 * Why what a source says now should not take the place of what is served: it may have been broken, or taken over. Packages and
 * repositories of those who make the library say themselves when they change; undefined for them.
 */
export function suspicionOf({ provenance, served, vanished, taken, newlyWarned }: Difference): string | undefined {
  if (provenance === 'official-package' || provenance === 'official-repository') return undefined;
  if (served >= fewPages && vanished > served / 2) return `${vanished} of its ${served} pages are gone from the source`;
  if (newlyWarned >= fewWarned && newlyWarned > taken * shareWarned)
    return `${newlyWarned} of its ${taken} pages now speak to a model rather than to a reader`;
  return undefined;
}
