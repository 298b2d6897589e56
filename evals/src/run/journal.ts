import { open, type FileHandle } from 'node:fs/promises';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { z } from 'zod';
import { diskProblem } from './disk-problem.ts';
import { damaged, linesOf, recordOf, type Line } from './lines.ts';

/** Where a line lies, in bytes, its line feed left out. */
export interface Place {
  offset: number;
  length: number;
}

/** A file of JSON lines that only grows. */
export interface Journal<Item> {
  /** Resolves when the line is on the disk itself. Lines that wait at one time share one fdatasync. */
  append(item: Item): Promise<Place>;
  close(): Promise<void>;
}

/**
 * Opens a journal to go on with it, what it holds handed to `onRecord` first. A last line that was cut off in the middle of
 * its write was never acknowledged and is taken away; anything else that does not read as a record is refused.
 */
export async function openJournal<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  onRecord: (record: z.infer<Schema>, line: Line) => void,
): Promise<Journal<z.infer<Schema>>> {
  let wholeBytes = 0;
  let isTorn = false;
  for await (const line of linesOf(path)) {
    const record = recordOf(schema, line.text);
    if (record === undefined && line.isWhole) throw damaged(path, line.number, 'no record of this run reads like that');
    if (record === undefined || !line.isWhole) {
      isTorn = true;
      // Without its line feed and yet a whole record: it was paid for, so it stays.
      if (record === undefined) break;
    }
    onRecord(record, line);
    wholeBytes = line.offset + line.length + (line.isWhole ? 1 : 0);
  }
  try {
    const handle = await open(path, 'a', 0o644);
    if (isTorn) await mend(handle, wholeBytes);
    return appendTo(path, handle, (await handle.stat()).size);
  } catch (error) {
    throw diskProblem(path, error);
  }
}

async function mend(handle: FileHandle, wholeBytes: number) {
  const { size } = await handle.stat();
  if (size > wholeBytes) await handle.truncate(wholeBytes);
  else await handle.appendFile('\n');
  await handle.datasync();
}

interface Waiting {
  text: string;
  settle: (failure?: unknown) => void;
}

function appendTo<Item>(path: string, handle: FileHandle, size: number): Journal<Item> {
  let end = size;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let failure: unknown;

  async function write() {
    while (waiting.length > 0 && failure === undefined) {
      const batch = waiting;
      waiting = [];
      try {
        await handle.appendFile(batch.map(({ text }) => text).join(''));
        await handle.datasync();
      } catch (error) {
        // Half a line may stand there now. Nothing may follow it: only the last line can be mended.
        failure = diskProblem(path, error);
      }
      for (const { settle } of batch) settle(failure);
    }
    for (const { settle } of waiting.splice(0)) settle(failure);
    writing = undefined;
  }

  return {
    append: (item) =>
      new Promise((resolve, reject) => {
        const text = `${JSON.stringify(item)}\n`;
        const place = { offset: end, length: Buffer.byteLength(text) - 1 };
        end += place.length + 1;
        waiting.push({ text, settle: (error) => (error === undefined ? resolve(place) : reject(error as Error)) });
        writing ??= Promise.resolve().then(write);
      }),
    async close() {
      await writing;
      failure ??= new WhetstoneError('internal', `${path} is closed`);
      await handle.close();
    },
  };
}
