import type { DocSource, Ingest, IngestStatus, Library, Source } from '@whetstone/shared/contract';
import type { Look } from '../../evals/look.ts';
import { sameJson } from '../../flag/model/json.ts';
import { isUnderWay } from '../libraries/model.ts';

export const statusLooks: Record<IngestStatus, Look> = {
  queued: { sign: '○', word: 'queued', class: 'text-muted' },
  running: { sign: '◐', word: 'running', class: 'text-accent' },
  done: { sign: '✓', word: 'done', class: 'text-good' },
  failed: { sign: '✗', word: 'failed', class: 'text-bad' },
  cancelled: { sign: '⊘', word: 'cancelled', class: 'text-muted' },
};

/** Deep: what the list says of it, on a page of its own. */
export const ingestPath = ({ id, library }: Pick<Ingest, 'id' | 'library'>) =>
  `/knowledge/ingests?${new URLSearchParams({ library, id }).toString()}`;

/** '12 of 40 pages'; '12 pages' once it is over, or where nobody knows how many there are. */
export function pagesText(ingest: Ingest): string {
  const { pagesDone, pagesExpected } = ingest;
  const done = pagesDone.toLocaleString('en');
  return isUnderWay(ingest) && pagesExpected !== null && pagesExpected >= pagesDone
    ? `${done} of ${pagesExpected.toLocaleString('en')}`
    : done;
}

/** Between 0 and 1; undefined where that is not known, or no more of interest. */
export function shareDone(ingest: Ingest): number | undefined {
  const { pagesDone, pagesExpected } = ingest;
  if (!isUnderWay(ingest) || pagesExpected === null || pagesExpected === 0) return undefined;
  return Math.min(1, pagesDone / pagesExpected);
}

export interface Known {
  sources: readonly Pick<Source, 'library' | 'version' | 'source'>[];
  libraries: readonly Pick<Library, 'library' | 'catalogue'>[];
}

/**
 * What asks for the same again. The source is left to the server where it would take the same one by itself, of this project or
 * of the catalogue: so it stays theirs, and the role agent suffices.
 */
export function askAgain({ library, version, source }: Ingest, { sources, libraries }: Known) {
  const own = sources.filter((each) => each.library === library);
  const taken = own.find((each) => each.version === version) ?? own.find((each) => each.version === null);
  const common = libraries.find((each) => each.library === library)?.catalogue?.source;
  const isUsual = taken ? sameJson(taken.source, source) : common !== undefined && isAlike(common, source);
  return { library, version, ...(!isUsual && { source }) };
}

/** The catalogue names another tag, and sometimes another address, for another version. */
const isAlike = (common: DocSource, source: DocSource) =>
  common.kind === 'github' && source.kind === 'github'
    ? common.repo === source.repo && common.folder === source.folder
    : common.kind === 'web' && source.kind === 'web'
      ? new URL(common.url).host === new URL(source.url).host
      : sameJson(common, source);
