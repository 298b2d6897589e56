import { Prepared, type DocPage, type Handlers, type searchKnowledge } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { nearestNames } from './nearest-names.ts';
import { chooseCopies, groupedByLibrary, namer, type Aliases, type Target } from './plan-search.ts';
import { searchRepository, type PageRow } from './repository.ts';
import type { VisibleVersions } from './visible-versions.ts';

interface Dependencies {
  versions: VisibleVersions;
  aliases: Aliases;
}

type Reading = Pick<Handlers<typeof searchKnowledge, Ctx>, 'readDocs' | 'getKnowledgeSegments'>;

export const readService = ({ versions, aliases }: Dependencies): Reading => {
  async function find(ctx: Ctx, library: string, version: string): Promise<Target> {
    const byLibrary = groupedByLibrary((await versions.of(ctx)).versions);
    const name = namer(byLibrary.keys(), aliases)(library);
    if (name !== undefined) return chooseCopies(byLibrary.get(name)!, version);
    const nearest = nearestNames(library, byLibrary.keys());
    throw new WhetstoneError(
      'not_found',
      `no documentation of "${library}" is here${nearest.length === 0 ? '' : `; names like it: ${nearest.join(', ')}`}`,
    );
  }

  return {
    async readDocs(ctx, { library, version, path }) {
      const { library: name, answered, copies } = await find(ctx, library, version);
      const [{ id }] = copies as [Target['copies'][number]];
      const about = { library: name, versionAsked: version, versionAnswered: answered };
      if (path === undefined) {
        const pages = await ctx.transaction((tx) => searchRepository.pages(tx, id));
        return { ...about, pages: pages.map(docPage), page: null };
      }
      const page = await ctx.transaction((tx) => searchRepository.page(tx, id, path));
      if (!page)
        throw new WhetstoneError(
          'not_found',
          `${name} ${answered} has no page "${path}"; without a path all are listed`,
        );
      return { ...about, pages: [], page: { ...docPage(page), text: page.text, warnings: page.warnings } };
    },

    async getKnowledgeSegments(ctx, { library, version, part }) {
      for (const isLast of [false, true]) {
        if (isLast) await versions.readAgain(ctx);
        const { library: name, answered, copies } = await find(ctx, library, version);
        const [{ id, stamp }] = copies as [Target['copies'][number]];
        const piece = await ctx.transaction((tx) => searchRepository.piece(tx, { id, stamp, part }));
        if (!piece) continue;
        const answer = {
          library: name,
          version: answered,
          stamp,
          parts: piece.parts,
          part,
          packed: piece.packed.toString('base64'),
        };
        return new Prepared(JSON.stringify(answer), `"${stamp}"`);
      }
      throw new WhetstoneError('not_found', `${library} ${version} has no part ${part}`);
    },
  };
};

const docPage = ({ isStale, path, title, url, lines, contentHash }: PageRow): DocPage => ({
  path,
  title,
  url,
  lines,
  contentHash,
  stale: isStale,
});
