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
import * as queueMessages from './0011-queue-messages.ts';
import * as webhooks from './0012-webhooks.ts';
import * as evalLive from './0013-eval-live.ts';
import * as standings from './0014-standings.ts';
import * as regressions from './0015-regressions.ts';
import * as evalBisects from './0016-eval-bisects.ts';
import * as evalSchedules from './0017-eval-schedules.ts';
import * as portfolio from './0018-portfolio.ts';
import * as knowledge from './0019-knowledge.ts';
import * as feedback from './0020-feedback.ts';

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
  '0011-queue-messages': queueMessages,
  '0012-webhooks': webhooks,
  '0013-eval-live': evalLive,
  '0014-standings': standings,
  '0015-regressions': regressions,
  '0016-eval-bisects': evalBisects,
  '0017-eval-schedules': evalSchedules,
  '0018-portfolio': portfolio,
  '0019-knowledge': knowledge,
  '0020-feedback': feedback,
};
