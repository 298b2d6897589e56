/** What looking through a repository may cost; what is left out for it is said in the output. */
export interface ScanLimits {
  files: number;
  fileBytes: number;
  totalBytes: number;
  timeMs: number;
  /** Places that are kept of one key; all are counted. */
  placesPerKey: number;
}

export const usualLimits: ScanLimits = {
  files: 20_000,
  fileBytes: 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  timeMs: 20_000,
  placesPerKey: 5,
};
