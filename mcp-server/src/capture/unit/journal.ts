import { crc32OfBytes } from '@whetstone/shared/crc32';
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Lines `crc32 SP json LF`, only ever added to. */
export interface Journal<Line> {
  lines: Line[];
  /** On disk for good when it returns; else nothing of it is. */
  append(lines: readonly Line[]): void;
}

/** What a killed process left half written is cut off: nobody was told that it is there. */
export function openJournal<Line>(path: string): Journal<Line> {
  const { lines, wholeBytes } = readJournal<Line>(path);
  let length = wholeBytes;
  return {
    lines,
    append(added) {
      if (added.length === 0) return;
      const bytes = Buffer.concat(added.map(encode));
      const file = openSync(path, 'a', 0o600);
      try {
        ftruncateSync(file, length);
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        fdatasyncSync(file);
      } catch (error) {
        // Half a group must not be taken for one that was accepted.
        ftruncateSync(file, length);
        throw error;
      } finally {
        closeSync(file);
      }
      length += bytes.length;
      lines.push(...added);
    },
  };
}

export const journalLines = <Line>(path: string): Line[] => readJournal<Line>(path).lines;

function encode(line: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(line));
  return Buffer.concat([Buffer.from(`${crcText(json)} `), json, Buffer.from('\n')]);
}

function readJournal<Line>(path: string) {
  const lines: Line[] = [];
  const bytes = bytesIn(path);
  let wholeBytes = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, wholeBytes)) {
    const json = bytes.subarray(wholeBytes + 9, end);
    if (bytes.toString('latin1', wholeBytes, wholeBytes + 8) !== crcText(json)) break;
    lines.push(JSON.parse(json.toString('utf8')) as Line);
    wholeBytes = end + 1;
  }
  return { lines, wholeBytes };
}

function bytesIn(path: string) {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

const crcText = (json: Uint8Array) => crc32OfBytes(json).toString(16).padStart(8, '0');
