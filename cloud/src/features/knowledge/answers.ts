import type { Handlers, knowledgeVerify, searchKnowledge } from '@whetstone/shared/contract';
import type { Logger } from 'pino';
import type { Ctx } from '../../context.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Embeddings } from '../../platform/embeddings/embeddings.ts';
import type { Vectors } from '../../platform/vectors/vectors.ts';
import { withinTime } from '../../platform/within-time.ts';
import { placeOf } from './meaning/meaning.ts';
import { nearestPassages } from './meaning/nearest.ts';
import type { Aliases } from './search/plan-search.ts';
import { readService } from './search/read-service.ts';
import { segmentStore } from './search/segment-store.ts';
import { servedLog } from './search/served-log.ts';
import { searchService, type WantVersion } from './search/service.ts';
import { visibleVersions } from './search/visible-versions.ts';
import { verifyService } from './verify/service.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  /** What segments in memory may take together. */
  mostSegmentBytes?: number | undefined;
  /** Fetches a version that somebody asked for; absent where nothing is fetched. */
  wantVersion?: WantVersion;
  /** Further names of libraries, in lower case. */
  aliases?: Aliases;
  /** Absent where words alone are searched. */
  meaning?: { embeddings: Embeddings; vectors: Vectors } | undefined;
}

/** What was served last may take so long to be written down when the server stops. */
const lastFlushMs = 2_000;

/** What is asked of the documentation that is here: searching, reading, checking citations. */
export function knowledgeAnswers({
  database,
  clock,
  log,
  mostSegmentBytes = 512 * 2 ** 20,
  wantVersion,
  aliases = new Map(),
  meaning,
}: Dependencies) {
  const versions = visibleVersions({ clock, place: meaning && placeOf(meaning) });
  const findNear = meaning && nearestPassages({ meaning, clock, log });
  const segments = segmentStore({ mostBytes: mostSegmentBytes });
  const served = servedLog({ database, clock, log });
  const handlers: Handlers<typeof searchKnowledge & typeof knowledgeVerify, Ctx> = {
    ...searchService({ versions, segments, served, aliases, wantVersion, findNear }),
    ...readService({ versions, aliases }),
    ...verifyService({ versions, segments, served }),
  };
  return {
    handlers,
    /** What of the documentation is in memory now. */
    keptSegments: segments.kept,
    /** Writes down what was served last; before the database closes. */
    stop: () =>
      withinTime(served.stop(), lastFlushMs).catch((error: unknown) =>
        log.warn({ err: error }, 'what was served last was not written down'),
      ),
  };
}
