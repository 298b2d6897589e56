import { readdirSync } from 'node:fs';

/**
 * A file of records. Its name says all that others need to know without opening it. One process writes it while it is
 * open; once sealed nobody does, and its name carries what it holds.
 */
export interface Segment {
  file: string;
  /** Everything of one process, in the order of `sequence`. Lanes sort by the time their process began. */
  lane: string;
  sequence: number;
  /** Absent while it is open. */
  sealed: { records: number; bytes: number } | undefined;
}

const grammar = /^([0-9a-z]{9}-\d+-[0-9a-z]+)-(\d{6})\.(?:open|(\d+)r\.(\d+)b\.sealed)$/;

export const laneName = (startedAtMs: number, pid: number, random: string) =>
  `${Math.max(0, Math.round(startedAtMs)).toString(36).padStart(9, '0')}-${pid}-${random}`;

export const openName = (lane: string, sequence: number) => `${lane}-${String(sequence).padStart(6, '0')}.open`;

export const sealedName = (file: string, { records, bytes }: { records: number; bytes: number }) =>
  file.replace(/\.open$/, `.${records}r.${bytes}b.sealed`);

/** What is known of the fate of its records lies beside it, under a name that sealing does not change. */
export const acksName = (file: string) => file.replace(/\..*$/, '.acks');

function parseSegmentName(file: string): Segment | undefined {
  const [, lane, sequence, records, bytes] = grammar.exec(file) ?? [];
  if (lane === undefined) return undefined;
  const sealed = records === undefined ? undefined : { records: Number(records), bytes: Number(bytes) };
  return { file, lane, sequence: Number(sequence), sealed };
}

/** Oldest first; those of one lane in the order they were written. */
export const segmentsOf = (files: readonly string[]): Segment[] =>
  files
    .map(parseSegmentName)
    .filter((segment) => segment !== undefined)
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));

export function hasSegments(outbox: string) {
  try {
    return readdirSync(outbox).some((file) => parseSegmentName(file) !== undefined);
  } catch {
    return false;
  }
}
