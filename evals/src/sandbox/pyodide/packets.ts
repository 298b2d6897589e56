import packets from './child/packets.json' with { type: 'json' };

type Kind = keyof typeof packets;

export interface Packet {
  /** Undefined when no such kind is known. */
  kind: Kind | undefined;
  payload: Buffer;
}

const headerBytes = 5;
/** No child sends more in one; a header beyond it is not one of ours. */
const payloadLimit = 64 * 2 ** 20;

export function packet(kind: Kind, payload: Uint8Array | string = ''): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const bytes = Buffer.allocUnsafe(headerBytes + body.length);
  bytes[0] = packets[kind];
  bytes.writeUInt32LE(body.length, 1);
  bytes.set(body, headerBytes);
  return bytes;
}

/** Packets out of chunks as they arrive; throws at what is none. */
export function createPacketReader(onPacket: (packet: Packet) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = headerBytes;
  return (chunk) => {
    parts.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      const length = bytes.readUInt32LE(1);
      if (length > payloadLimit) throw new Error(`a packet of ${length} bytes`);
      wanted = headerBytes + length;
      parts = [bytes];
      if (held < wanted) return;
      parts = held > wanted ? [bytes.subarray(wanted)] : [];
      held -= wanted;
      onPacket({ kind: kindOf(bytes[0]!), payload: bytes.subarray(headerBytes, wanted) });
      wanted = headerBytes;
    }
  };
}

const kindOf = (number: number) => (Object.keys(packets) as Kind[]).find((kind) => packets[kind] === number);
