/** A file of a source, wherever it lies: in an archive, or in a folder. */
export interface FoundFile {
  kind: 'file';
  /** Below the root of the source, with `/`. */
  path: string;
  bytes: Buffer;
}

/** Left out, and why, in a sentence. */
export interface SkippedFile {
  kind: 'skipped';
  path: string;
  why: string;
}

/** Reads the files that are wanted, one after the other. May be gone through more than once. */
export type Files = (isWanted: (path: string) => boolean) => AsyncIterable<FoundFile | SkippedFile>;

/** More than any package has; what goes beyond is made to keep somebody busy. */
export const mostFiles = 100_000;

/** `5 MB`, as sentences have it. */
export const sizeOf = (bytes: number) =>
  bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MB` : `${Math.ceil(bytes / 2 ** 10)} KB`;

/** As pages have it at most. */
export const longestPath = 1_024;

/** For whoever reads why it was left out. */
export const shownPath = (path: string) => path.slice(0, longestPath).replaceAll(/\p{C}/gu, '?');
