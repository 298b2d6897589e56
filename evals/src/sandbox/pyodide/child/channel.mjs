import { readSync, writeSync } from 'node:fs';

/**
 * Packets between the host and a child, blocking on this side: kind (1 byte), length (4 bytes, little endian), payload.
 * Standard input and output are pipes of the host, which nothing else writes to.
 */
export function openChannel(input = 0, output = 1) {
  const header = new Uint8Array(5);
  return {
    /** The next packet; undefined once the host is gone. */
    read() {
      if (!fill(input, header)) return undefined;
      const payload = new Uint8Array(new DataView(header.buffer).getUint32(1, true));
      return fill(input, payload) ? { kind: header[0], payload } : undefined;
    },
    write(kind, payload) {
      const packet = new Uint8Array(5 + payload.length);
      packet[0] = kind;
      new DataView(packet.buffer).setUint32(1, payload.length, true);
      packet.set(payload, 5);
      for (let sent = 0; sent < packet.length;) sent += patiently(() => writeSync(output, packet, sent));
    },
  };
}

function fill(input, bytes) {
  for (let got = 0; got < bytes.length;) {
    const count = patiently(() => readSync(input, bytes, got, bytes.length - got, null));
    if (count === 0) return false;
    got += count;
  }
  return true;
}

/** Some systems hand a child pipes that do not block. */
function patiently(attempt) {
  for (;;)
    try {
      return attempt();
    } catch (error) {
      if (error.code === 'EOF') return 0;
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
}
