import type { Migration } from 'kysely';
import * as foundation from './0001-foundation.ts';
import * as events from './0002-events.ts';
import * as exposures from './0003-exposures.ts';
import * as jobs from './0004-jobs.ts';
import * as flagHistory from './0005-flag-history.ts';
import * as segments from './0006-segments.ts';
import * as sticky from './0007-sticky.ts';
import * as outcomes from './0008-outcomes.ts';
import * as usage from './0009-usage.ts';
import * as evalRuns from './0010-eval-runs.ts';

/** Append only: what has landed is never edited, see CONTRIBUTING.md. Named so that they sort in the order they run. */
export const migrations: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-events': events,
  '0003-exposures': exposures,
  '0004-jobs': jobs,
  '0005-flag-history': flagHistory,
  '0006-segments': segments,
  '0007-sticky': sticky,
  '0008-outcomes': outcomes,
  '0009-usage': usage,
  '0010-eval-runs': evalRuns,
};
