import type { DocSource, Provenance, SourceKind } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database, Tx } from '../../../platform/db/database.ts';
import type { Expected } from '../catalogue/coverage.ts';
import type { VectorsDue } from '../meaning/jobs.ts';
import { usualLimits, type KnownPage, type OpenSource } from '../sources/source.ts';
import type { Held } from './held.ts';
import { lookedAgain, publish } from './publish.ts';
import { ingestRepository, type IngestRow, type KnownRow } from './repository.ts';
import { doorOf } from './scope.ts';
import { sha256 } from '../sha256.ts';
import { stateOf } from './stamp.ts';
import { suspicionOf } from './suspicion.ts';
import { takePages } from './take-pages.ts';

export interface IngestDoors {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  openSource: Record<SourceKind, OpenSource>;
  /** What the catalogue expects of a version from this source. */
  expectedOf: (library: string, version: string, source: DocSource) => Expected | undefined;
  clock: () => number;
  steadyMs: () => number;
  /** After this long pages are left to another run, which goes on where this one stopped. */
  cutAfterMs: number;
  /** Absent where nothing is searched by meaning. */
  vectorsDue?: VectorsDue;
  /** Of what is packed; for tests. */
  pieceBytes?: number | undefined;
}

/** One run of an ingest, from its source to what is served. Resolves with whether pages are left for another run. */
export async function ingest(
  doors: IngestDoors,
  row: IngestRow,
  held: Held,
  signal: AbortSignal,
): Promise<'done' | 'cut'> {
  const { database, clock, steadyMs } = doors;
  const { owner, library, source } = row;
  const door = doorOf(database, owner);
  const cutAt = steadyMs() + doors.cutAfterMs;

  // Where the version is there under the name it was asked by, its source is told what is known.
  const before = await door((tx) => ingestRepository.knownUnder(tx, owner, library, row.version));
  const opened = await doors.openSource[source.kind]({
    library,
    version: row.version,
    source,
    known: knownPages(before, row.id),
    limits: usualLimits,
    signal,
    isAsServed: (version, state) =>
      door((tx) =>
        ingestRepository.isServedFrom(tx, owner, { library, version, state: stateOf(source, state, sha256) }),
      ),
  });
  const provenance: Provenance = owner === null ? opened.provenance : ofProject(opened.provenance, library, source);
  const is = { library, version: opened.version, provenance, source, title: opened.title };
  const naming = async (tx: Tx) => {
    const found = await ingestRepository.version(tx, { owner, ...is });
    if (!(await ingestRepository.nameVersion(tx, held.hold, opened.version, found.id)))
      throw new WhetstoneError('conflict', `${library}@${opened.version} is being fetched by another ingest already`);
    return found;
  };
  if (opened.isAsServed) {
    await lookedAgain(held, naming);
    return 'done';
  }
  const version = await held.write({ step: 'takes pages', pagesExpected: opened.expected ?? null }, naming);
  const known = await door((tx) => ingestRepository.known(tx, version!.id));
  const took = await takePages({
    held,
    owner,
    versionId: version!.id,
    opened,
    known,
    pagesUnchanged: row.pagesUnchanged,
    isTimeUp: () => steadyMs() >= cutAt,
    steadyMs,
  });
  if (took.kind === 'cut') return 'cut';
  signal.throwIfAborted();
  if (took.pages === 0)
    throw new WhetstoneError('not_found', `the source of ${library}@${opened.version} has no page that could be taken`);
  if (version!.isReady) {
    const difference = await door((tx) => ingestRepository.difference(tx, version!.id, row.id));
    const suspicion = suspicionOf({ provenance, ...difference });
    if (suspicion !== undefined) {
      await door((tx) => ingestRepository.dropTaken(tx, version!.id));
      throw new WhetstoneError(
        'conflict',
        `held back, and the former content stays: ${suspicion}. If that is meant, delete the source together with its docs and create it anew`,
      );
    }
  }
  const expected = doors.expectedOf(library, row.version, source);
  // What an earlier run took may have been of another state.
  const isOfOneState = known.every(({ ingestId }) => ingestId !== row.id);
  const sourceState = opened.state !== undefined && isOfOneState ? stateOf(source, opened.state, sha256) : undefined;
  await publish({
    door,
    held,
    owner,
    version: version!,
    is,
    sourceState,
    expected,
    signal,
    clock,
    vectorsDue: doors.vectorsDue,
    pieceBytes: doors.pieceBytes,
  });
  return 'done';
}

const knownPages = (rows: readonly KnownRow[], ingestId: string): ReadonlyMap<string, KnownPage> =>
  new Map(
    rows.map(({ path, etag, lastModified, contentHash, leadsTo, ...row }) => [
      path,
      { etag, lastModified, contentHash, ...(row.ingestId === ingestId && { isTaken: true, leadsTo }) },
    ]),
  );

/** A project may name any server or repository, whose word is its own: the registry's package of that very name alone stays one. */
const ofProject = (provenance: Provenance, library: string, source: DocSource): Provenance =>
  provenance === 'unofficial' || (source.kind === 'npm' && (source.package ?? library) === library)
    ? provenance
    : 'project';
