import type { Handlers, knowledgeVerify, VerifiedCitation, VerifyRequest } from '@whetstone/shared/contract';
import { markedQuotes } from '@whetstone/shared/knowledge';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ctx } from '../../../context.ts';
import { searchRepository } from '../search/repository.ts';
import type { SegmentStore } from '../search/segment-store.ts';
import { dayOf, type ServedLog } from '../search/served-log.ts';
import type { VisibleVersions } from '../search/visible-versions.ts';
import { placesOfIds, placesOfUrls } from './find-places.ts';
import { judge } from './judge.ts';
import type { Place } from './place.ts';
import { citationReport } from './report.ts';

interface Dependencies {
  versions: VisibleVersions;
  segments: SegmentStore;
  served: Pick<ServedLog, 'flush'>;
}

/** Of one text; more are for another request. */
const mostClaims = 200;

type Claim = NonNullable<VerifyRequest['citations']>[number];

export const verifyService = ({ versions, segments, served }: Dependencies): Handlers<typeof knowledgeVerify, Ctx> => ({
  async verifyCitations(ctx, { text, citations }) {
    const claims: Claim[] = citations ?? markedQuotes(text!).slice(0, mostClaims);
    const visible = await versions.of(ctx);
    const ids = [...new Set(claims.flatMap(({ citationId }) => citationId ?? []))];
    const urls = [...new Set(claims.flatMap(({ url }) => url ?? []))];
    // What was served a moment ago is known, too; what cannot be written down now is tried again.
    await served.flush().catch(() => undefined);
    const byId = await placesOfIds(ctx, { ids, visible, segments });
    const byUrl = await placesOfUrls(ctx, urls, visible);
    const verified: VerifiedCitation[] = [];
    for (const claim of claims) {
      const place = byId.get(claim.citationId ?? '') ?? byUrl.get(claim.url ?? '');
      const judged = place && (await judge({ ctx, quote: claim.quote, place, versions: visible.versions, segments }));
      verified.push(judged ? { ...about(claim), ...placed(place), ...judged } : nowhere(claim));
      // Others get their turn: a quote may be long.
      await nextTurn();
    }
    await ctx.transaction((tx) =>
      searchRepository.count(
        tx,
        verified.map(({ library, version, verdict }) => ({
          day: dayOf(tx.now),
          library: library ?? '',
          version: version ?? '',
          outcome: verdict,
          n: 1,
        })),
      ),
    );
    return { citations: verified };
  },

  getCitationReport: (ctx, { timeRange }) => citationReport(ctx, timeRange),
});

const about = ({ citationId, url, quote }: Claim) => ({ citationId: citationId ?? null, url: url ?? null, quote });

const placed = ({ library, version, path }: Place) => ({ library, version, path });

const nowhere = (claim: Claim): VerifiedCitation => ({
  ...about(claim),
  verdict: 'unknown',
  detail:
    claim.citationId === undefined && claim.url === undefined
      ? 'names neither a citationId nor a url'
      : 'no passage that you may see has this citationId or url',
  changes: [],
  library: null,
  version: null,
  path: null,
  startLine: null,
  endLine: null,
});
