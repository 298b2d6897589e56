import { createReadStream } from 'node:fs';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { z } from 'zod';
import { codeOf } from './disk-problem.ts';

export interface Line {
  text: string;
  /** From 1. */
  number: number;
  offset: number;
  /** In bytes, the line feed left out. */
  length: number;
  /** False for what lies behind the last line feed: its write did not come to its end. */
  isWhole: boolean;
}

/** The lines of a file one at a time, with where they lie; nothing where there is no file. Holds one line and one chunk. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let number = 1;
  let offset = 0;
  const take = (isWhole: boolean): Line => {
    const bytes = Buffer.concat(parts);
    const line = { text: bytes.toString('utf8'), number, offset, length: bytes.length, isWhole };
    parts = [];
    number += 1;
    offset += bytes.length + 1;
    return line;
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
        parts.push(chunk.subarray(from, end));
        from = end + 1;
        yield take(true);
      }
      if (from < chunk.length) parts.push(chunk.subarray(from));
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (parts.length > 0) yield take(false);
}

export function recordOf<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Files of ours that no longer say what we wrote: going on could lose or double what was paid for. */
export const damaged = (path: string, line: number, what: string) =>
  new WhetstoneError(
    'conflict',
    `${path}, line ${line}: ${what}. Take that line out to have its sample done again, or choose another --out.`,
  );

const lineFeed = 0x0a;
