/** A segment as it is stored, now or in a version of its history. */
export interface SegmentRow {
  key: string;
  version: number;
  definition: unknown;
  createdAt: Date;
  updatedAt: Date;
}
