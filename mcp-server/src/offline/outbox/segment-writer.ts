import { constants, mkdirSync } from 'node:fs';
import { access, mkdir, open, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, replaceFileNow, syncDirectory } from '../state-files.ts';
import { openName, sealedName } from './segment-name.ts';

/** When a segment is full enough to be sealed, so that it can be deleted once delivered. */
const segmentLimit = { records: 250, bytes: 1024 * 1024 };

/** Writes the segments of this process, one group of records at a time. Throws what the disk says. */
export interface SegmentWriter {
  /** On disk for good when it resolves. */
  write(lines: readonly Buffer[]): Promise<void>;
  /** The same while the process ends and nothing can be awaited. */
  writeNow(lines: readonly Buffer[]): void;
  /** Leaves what was written to whoever delivers it. */
  seal(): Promise<void>;
}

interface OpenSegment {
  name: string;
  records: number;
  bytes: number;
}

export function segmentWriter(directory: string, lane: string): SegmentWriter {
  let current: OpenSegment | undefined;
  let sequence = 0;

  async function begin(): Promise<OpenSegment> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const name = openName(lane, sequence++);
    await (await open(join(directory, name), 'ax', 0o600)).close();
    await syncDirectory(directory);
    return { name, records: 0, bytes: 0 };
  }

  /** Delivery seals a segment by renaming it: what is written after that may be missed. */
  const isStillOpen = ({ name }: OpenSegment) =>
    access(join(directory, name)).then(
      () => true,
      () => false,
    );

  /** Opened for each group: nothing is held that a program which never says that it is done would leave open. */
  async function append({ name }: OpenSegment, bytes: Buffer) {
    const file = await open(join(directory, name), constants.O_WRONLY | constants.O_APPEND);
    try {
      await file.appendFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async function finish(segment: OpenSegment) {
    if (current === segment) current = undefined;
    const sealed = join(directory, sealedName(segment.name, segment));
    await rename(join(directory, segment.name), sealed).catch(() => undefined);
  }

  return {
    async write(lines) {
      const bytes = Buffer.concat(lines);
      for (;;) {
        const segment = (current ??= await begin());
        try {
          await append(segment, bytes);
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') {
            // Half a group must not be delivered as if it had been accepted.
            await truncate(join(directory, segment.name), segment.bytes).catch(() => undefined);
            await finish(segment);
            throw error;
          }
        }
        if (!(await isStillOpen(segment))) {
          // The same ids go into a new segment: should the old one have been read late enough, the cloud applies them once.
          current = undefined;
          continue;
        }
        segment.records += lines.length;
        segment.bytes += bytes.length;
        if (segment.records >= segmentLimit.records || segment.bytes >= segmentLimit.bytes) await finish(segment);
        return;
      }
    },

    writeNow(lines) {
      const bytes = Buffer.concat(lines);
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const name = openName(lane, sequence++);
      const sealed = sealedName(name, { records: lines.length, bytes: bytes.length });
      replaceFileNow(join(directory, sealed), bytes);
    },

    async seal() {
      if (current) await finish(current);
    },
  };
}
