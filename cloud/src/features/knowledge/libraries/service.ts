import { mayActAs, type DocSource, type Handlers, type knowledgeLibraries } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import type { Ctx } from '../../../context.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { pageAfter, readCursor } from '../../../platform/page.ts';
import { staged } from '../../../platform/staged.ts';
import { catalogue, inCatalogue } from '../catalogue/libraries.ts';
import { nextLook } from '../ingest/refresh.ts';
import type { StartIngest } from '../ingest/start-ingest.ts';
import type { VectorsDue } from '../meaning/jobs.ts';
import type { VectorPlace } from '../meaning/meaning.ts';
import { libraryRepository, type SourceRow } from './repository.ts';
import { ingestView, librariesOf, sourceView } from './views.ts';

interface Dependencies {
  start: Pick<StartIngest, 'own' | 'common'>;
  /** Throws where the folder lies in none that API calls may name. */
  checkDirectory: (path: string) => Promise<unknown>;
  /** Uniform on [0, 1). */
  random: () => number;
  vectorsDue: VectorsDue;
  /** Where vectors lie; absent where there are none. */
  place: VectorPlace | undefined;
}

const mostSources = 100;

export function libraryService({
  start,
  checkDirectory,
  random,
  vectorsDue,
  place,
}: Dependencies): Handlers<typeof knowledgeLibraries, Ctx> {
  const checkSource = async (source: DocSource) => {
    if (source.kind !== 'directory') return;
    await checkDirectory(source.path).catch((error: unknown) => {
      throw error instanceof WhetstoneError ? atField('source.path', error) : error;
    });
  };

  return {
    listLibraries: (ctx) =>
      ctx.transaction(async (tx) => ({
        items: librariesOf(
          await libraryRepository.versions(tx, place),
          catalogue,
          await libraryRepository.publicFailures(tx),
          place?.space,
        ),
      })),

    async listSources(ctx, { limit, cursor }) {
      const before = readCursor(cursor, isUuid);
      return ctx.transaction(async (tx) => {
        const rows = await libraryRepository.sources(tx, before, limit + 1);
        const ingests = await libraryRepository.lastIngests(
          tx,
          rows.map(({ id }) => id),
        );
        return pageAfter(
          rows.map((row) => sourceView(row, ingests.get(row.id))),
          limit,
          ({ id }) => id,
        );
      });
    },

    createSource: staged(async (_ctx, { library, version, source, refresh }) => {
      await checkSource(source);
      return (within) =>
        within.transaction(async (tx) => {
          // Two that are made at once must not both fit, nor be of the same version.
          await lockProject(tx);
          if ((await libraryRepository.countSources(tx)) >= mostSources)
            throw new WhetstoneError('conflict', `a project has at most ${mostSources} sources; delete one first`);
          const others = await libraryRepository.sourcesOf(tx, library);
          const same = others.find((other) => other.version === (version ?? null));
          if (same)
            throw new WhetstoneError(
              'conflict',
              `${nameOf(same)} is taken from a source already: delete ${same.id} first, or say another version`,
              { extra: { sourceId: same.id } },
            );
          const row = await libraryRepository.insertSource(tx, {
            id: uuidv7({ msecs: tx.now.getTime() }),
            library,
            version: version ?? null,
            source,
            refresh,
            nextAt: refresh === 'weekly' ? nextLook(tx.now, random) : null,
          });
          const wanted = { library, version: version ?? 'latest', source, sourceId: row.id };
          return sourceView(row, await start.own(tx, wanted));
        });
    }),

    deleteSource: (ctx, { id, docs }) =>
      ctx.transaction(async (tx) => {
        const row = await libraryRepository.findSource(tx, id);
        if (!row) throw new WhetstoneError('not_found', `no source has the id "${id}"`);
        await libraryRepository.cancelIngests(tx, id);
        await libraryRepository.removeSource(tx, id);
        if (docs) await vectorsDue(tx, tx.projectId, await libraryRepository.removeVersions(tx, row));
        return { id };
      }),

    startIngest: staged(async (ctx, { library, version, source }) => {
      if (source) {
        if (!mayActAs(ctx.actor.role, 'editor'))
          throw new WhetstoneError(
            'forbidden',
            'naming a source needs the role editor; without one, libraries of the catalogue may be asked for',
          );
        await checkSource(source);
        return (within) =>
          within.transaction(async (tx) => ingestView(await start.own(tx, { library, version, source })));
      }
      const sources = await ctx.transaction((tx) => libraryRepository.sourcesOf(tx, library));
      const own = sources.find((each) => each.version === version) ?? sources.find((each) => each.version === null);
      if (own) {
        const wanted = { library, version, source: own.source, sourceId: own.id };
        return (within) => within.transaction(async (tx) => ingestView(await start.own(tx, wanted)));
      }
      const entry = inCatalogue(library);
      if (!entry)
        throw invalidField(
          'source',
          `the catalogue does not know "${library}": say where its documentation is, such as {"kind": "npm"}`,
        );
      // Of the public corpus the system alone may write: in a transaction of its own, which asking again does not repeat.
      const row = await start.common(ctx.projectId, {
        library: entry.library,
        version,
        source: entry.sourceOf(version),
      });
      return async () => ingestView(row);
    }),

    async listIngests(ctx, { limit, cursor, library }) {
      const before = readCursor(cursor, isUuid);
      const rows = await ctx.transaction((tx) => libraryRepository.ingests(tx, { library, before, limit: limit + 1 }));
      return pageAfter(rows.map(ingestView), limit, ({ id }) => id);
    },
  };
}

const nameOf = ({ library, version }: SourceRow) => (version === null ? library : `${library}@${version}`);

/** The same refusal, and which field of what was sent is to be mended. */
const atField = (path: string, { code, message }: WhetstoneError) =>
  new WhetstoneError(code, message, { errors: [{ path, message }] });
