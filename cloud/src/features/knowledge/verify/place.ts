/** What a citation points at. */
export interface Place {
  versionId: string;
  library: string;
  version: string;
  path: string;
  /** Absent where the whole page is meant. */
  passage: { startLine: number; endLine: number; contentHash: string } | undefined;
}
