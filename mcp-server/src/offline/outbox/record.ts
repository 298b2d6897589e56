import { crc32OfBytes } from '@whetstone/shared/crc32';

export interface OutboxRecord {
  /** UUIDv7; the Idempotency-Key of its delivery. */
  id: string;
  at: string;
  operation: string;
  body: unknown;
  /** A person sent it again after it was parked: it was counted before, and its age is no objection. */
  again?: true;
}

/** A record as it lies in a segment. */
export interface StoredRecord extends OutboxRecord {
  offset: number;
  crc: string;
}

export interface Damage {
  offset: number;
  bytes: Buffer;
}

export interface SegmentContent {
  records: StoredRecord[];
  /** What was written whole and can no longer be read. */
  damaged: Damage[];
}

const start = 0x1e;
const end = 0x0a;
const crcLength = 8;

/**
 * One line per record, begun by the record separator of RFC 7464: `RS crc32 SP json LF`. JSON escapes control characters,
 * so neither byte occurs inside: whatever happens to one record, the next is found again, and no text in a record can
 * pass for another.
 */
export function encodeRecord(record: OutboxRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  return Buffer.concat([Buffer.from(`\u001e${crcText(json)} `), json, Buffer.from('\n')]);
}

/**
 * Reads a segment, however damaged. The end of one that a killed process left half a record behind is ignored: that
 * record was never acknowledged. While its writer may still be at it (`isWhole` false), so is a last record without its
 * line end.
 */
export function readSegment(bytes: Buffer, { isWhole }: { isWhole: boolean }): SegmentContent {
  const content: SegmentContent = { records: [], damaged: [] };
  let offset = bytes.indexOf(start);
  if (offset !== 0 && bytes.length > 0) {
    content.damaged.push({ offset: 0, bytes: bytes.subarray(0, offset === -1 ? bytes.length : offset) });
  }
  while (offset !== -1) {
    const next = bytes.indexOf(start, offset + 1);
    const chunk = bytes.subarray(offset, next === -1 ? bytes.length : next);
    readChunk(chunk, { offset, isLast: next === -1, isWhole }, content);
    offset = next;
  }
  return content;
}

interface Place {
  offset: number;
  isLast: boolean;
  isWhole: boolean;
}

function readChunk(chunk: Buffer, { offset, isLast, isWhole }: Place, { records, damaged }: SegmentContent) {
  const lineEnd = chunk.indexOf(end);
  const isTorn = lineEnd === -1;
  if (isTorn && isLast && !isWhole) return;
  // A line end that was itself damaged costs nothing; one that is missing makes the chunk a byte shorter.
  const record = isTorn
    ? (readRecord(chunk, offset) ?? readRecord(chunk.subarray(0, -1), offset))
    : readRecord(chunk.subarray(0, lineEnd), offset);
  if (record) records.push(record);
  else if (!isTorn || !isLast) damaged.push({ offset, bytes: isTorn ? chunk : chunk.subarray(0, lineEnd + 1) });
  // The next one's start may have been damaged: then it stands behind this line.
  const rest = isTorn ? undefined : chunk.subarray(lineEnd + 1);
  if (rest && rest.length > 0) damaged.push({ offset: offset + lineEnd + 1, bytes: rest });
}

function readRecord(line: Buffer, offset: number): StoredRecord | undefined {
  const crc = line.toString('latin1', 1, 1 + crcLength);
  const json = line.subarray(crcLength + 2);
  if (crc !== crcText(json)) return undefined;
  try {
    return { ...(JSON.parse(json.toString()) as OutboxRecord), offset, crc };
  } catch {
    return undefined;
  }
}

const crcText = (json: Uint8Array) => crc32OfBytes(json).toString(16).padStart(crcLength, '0');
