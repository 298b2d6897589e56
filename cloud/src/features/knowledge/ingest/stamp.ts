import type { DocSource } from '@whetstone/shared/contract';
import type { Sha256 } from '@whetstone/shared/knowledge';

/** A page as a version has it. */
export interface ContentPage {
  path: string;
  url: string;
  title: string;
  contentHash: string;
  lines: number;
  isStale: boolean;
}

/** Counted up when the same pages make other chunks or another index: then every version is built anew at its next look. */
const edition = 1;
/** Counted up when sources make other pages of the same files: then unchanged ones are read anew as well. */
const readersEdition = 1;

/** Names the state that a source is in for the look that is made of it. */
export const stateOf = (source: DocSource, state: string, sha256: Sha256): string =>
  sha256(JSON.stringify([edition, readersEdition, source, state]));

/** Names a version's content before anything is built of it: the same pages have the same stamp. */
export const stampOf = (
  version: { library: string; version: string; provenance: string; title: string },
  pages: readonly ContentPage[],
  sha256: Sha256,
): string =>
  sha256(
    JSON.stringify([
      edition,
      version.library,
      version.version,
      version.provenance,
      version.title,
      pages.map(({ path, url, title, contentHash, isStale }) => [path, url, title, contentHash, isStale]),
    ]),
  ).slice(0, 32);
