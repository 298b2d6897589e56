import { open, readFile } from 'node:fs/promises';

/** What became of a record: delivered, parked, or unreadable. */
export type Fate = 'd' | 'p' | 'u';

/** Fates by the offset of the record in its segment. */
export type Acks = ReadonlyMap<number, { crc: string; fate: Fate }>;

/** What damaged bytes have in place of a checksum. */
export const noCrc = '--------';

const line = /^(\d+) ([0-9a-f]{8}|-{8}) ([dpu])$/;

/** A line that is torn or damaged counts for nothing: its record is sent again, and applied once all the same. */
export async function readAcks(path: string): Promise<Acks> {
  const text = await readFile(path, 'latin1').catch(() => '');
  const acks = new Map<number, { crc: string; fate: Fate }>();
  for (const [, offset, crc = '', fate] of text.split('\n').map((one) => line.exec(one) ?? [])) {
    if (offset !== undefined) acks.set(Number(offset), { crc, fate: fate as Fate });
  }
  return acks;
}

/** The checksum guards against a damaged offset that happens to be another record's. */
export const fateOf = (acks: Acks, { offset, crc = noCrc }: { offset: number; crc?: string }): Fate | undefined => {
  const ack = acks.get(offset);
  return ack?.crc === crc ? ack.fate : undefined;
};

export interface AckWriter {
  add(of: { offset: number; crc?: string }, fate: Fate): Promise<void>;
  close(): Promise<void>;
}

/** Appends without fsync: what a power cut takes from it is sent once more. Begins with a line end, in case the last is torn. */
export function ackWriter(path: string): AckWriter {
  let file: ReturnType<typeof open> | undefined;
  return {
    async add({ offset, crc = noCrc }, fate) {
      await (await (file ??= open(path, 'a', 0o600))).appendFile(`\n${offset} ${crc} ${fate}\n`);
    },
    close: async () => (await file)?.close(),
  };
}
