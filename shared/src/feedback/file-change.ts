/** One file as an agent left it and as a person did. */
export interface FileChange {
  /** Below the repository, with `/`. */
  path: string;
  /** Absent: there was no such file. */
  agent: string | undefined;
  human: string | undefined;
  /** Made of hunks of a diff: lines between them are not known, and stand as one line `gapLine`. */
  isPartial: boolean;
}

/** In the place of lines that a diff does not show. No text has it. */
export const gapLine = '\u0000';

/** What a patch pair comes to. `problem` says why some of it, or all, cannot be compared; what can be is there. */
export interface ComparedPatches {
  files: FileChange[];
  problem: string | undefined;
}
