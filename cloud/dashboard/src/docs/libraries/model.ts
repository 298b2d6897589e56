import type { Ingest, Library, LibraryVersion } from '@whetstone/shared/contract';

/** A library of which something is here. */
export interface Held extends Library {
  newest: LibraryVersion;
}

export const heldOf = (libraries: readonly Library[]): Held[] =>
  libraries.flatMap((library) => {
    const [newest] = library.versions;
    return newest ? [{ ...library, newest }] : [];
  });

/** Of the catalogue, what nobody has fetched yet or what could not be fetched. */
export const absentOf = (libraries: readonly Library[]) => libraries.filter(({ versions }) => versions.length === 0);

/** Whether a part of its name, its title or its newest version is this. */
export function fits({ library, title, versions }: Library, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [library, title, versions[0]?.version ?? ''].some((part) => part.toLowerCase().includes(wanted));
}

export const isUnderWay = ({ status }: Pick<Ingest, 'status'>) => status === 'queued' || status === 'running';

/** The latest of each library that is being taken right now. */
export function underWayOf(ingests: readonly Ingest[]): Map<string, Ingest> {
  const found = new Map<string, Ingest>();
  for (const ingest of ingests) if (isUnderWay(ingest) && !found.has(ingest.library)) found.set(ingest.library, ingest);
  return found;
}

/** 'taking pages, 12 of 41'. */
export function progressText({ status, step, pagesDone, pagesExpected }: Ingest): string {
  if (status === 'queued') return 'queued';
  const pages = pagesExpected === null ? `${pagesDone} pages` : `${pagesDone} of ${pagesExpected} pages`;
  return `${step === '' ? 'running' : step}, ${pages}`;
}
