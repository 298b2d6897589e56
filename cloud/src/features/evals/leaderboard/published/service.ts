import type { Handlers, leaderboard } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import type { Ctx } from '../../../../context.ts';
import { lockProject } from '../../../../platform/db/lock-project.ts';
import { pageAfter, readCursor } from '../../../../platform/page.ts';
import { publishers } from './publishers.ts';
import { publishedRepository } from './repository.ts';

const mostClaims = 5_000;
const mostNamed = 100;

type Published = Pick<
  Handlers<typeof leaderboard, Ctx>,
  'importPublishedResults' | 'listPublishedResults' | 'deletePublishedResults'
>;

export const publishedService = (): Published => ({
  async importPublishedResults(ctx, { source, content, dataset, sourceUrl, licence }) {
    const publisher = publishers[source];
    const { claims, skipped } = publisher.parse(content, dataset);
    if (claims.length > mostClaims)
      throw invalidField('content', `has ${claims.length} results, more than the ${mostClaims} that are taken at once`);
    if (claims.length === 0)
      throw invalidField('content', `has no result that can be taken${skipped[0] ? `; ${skipped[0]}` : ''}`);
    const datasets = [...new Set(claims.map((claim) => claim.dataset))];
    const replaced = await ctx.transaction(async (tx) => {
      // Of two imports of one source at once, one would not see what the other wrote.
      await lockProject(tx);
      const removed = await publishedRepository.remove(tx, source, datasets);
      await publishedRepository.insert(
        tx,
        claims.map(({ n = null, costUsd = null, date = null, recomputedRate = null, ...claim }) => ({
          id: uuidv7(),
          source,
          sourceUrl: sourceUrl ?? publisher.url,
          licence: licence ?? publisher.licence,
          ...claim,
          n,
          costUsd,
          date,
          recomputedRate,
        })),
      );
      return removed;
    });
    return { imported: claims.length, replaced, skipped: named(skipped) };
  },

  async listPublishedResults(ctx, { dataset, limit, cursor }) {
    const after = readCursor(cursor, isUuid);
    const rows = await ctx.transaction((tx) => publishedRepository.list(tx, { dataset, limit: limit + 1, after }));
    return pageAfter(rows, limit, ({ id }) => id);
  },

  async deletePublishedResults(ctx, { source, dataset }) {
    const datasets = dataset === undefined ? undefined : [dataset];
    return { deleted: await ctx.transaction((tx) => publishedRepository.remove(tx, source, datasets)) };
  },
});

const named = (skipped: readonly string[]) =>
  skipped.length > mostNamed
    ? [...skipped.slice(0, mostNamed), `and ${skipped.length - mostNamed} more`]
    : [...skipped];
