import type { FoundPage } from './pages.ts';

export interface Question {
  query: string;
  library: string | undefined;
  version: string | undefined;
}

export interface Found {
  /** Of what was found, best first; the same page may come again. */
  pages: FoundPage[];
  /** What the answer says of itself: that a library is not known, say. */
  note: string | undefined;
}

/** Something whose answers are scored. */
export interface Searcher {
  search: (question: Question) => Promise<Found>;
  /** Why questions of this library cannot be put at all; they are left out, and named. */
  cannotAnswer: (library: string | undefined) => Promise<string | undefined>;
  /** Every page there is; undefined where only the answers tell. */
  pagesOf: (library: string | undefined) => Promise<readonly FoundPage[] | undefined>;
}
