import packets from './packets.json' with { type: 'json' };

/** What Python sees as files: a wire to its counterpart, read without blocking anyone but itself, and a verdict. */
export function openWire(channel, leave) {
  let arrived = new Uint8Array(0);
  let ended = false;
  return {
    reset() {
      ended = false;
      arrived = new Uint8Array(0);
    },
    devices: {
      /** Answers how many bytes it filled in; -1 when the host has called the run off. */
      receive(into) {
        while (arrived.length === 0 && !ended) {
          const packet = channel.read() ?? leave();
          if (packet.kind === packets.cancel) return -1;
          if (packet.kind === packets.endOfData) ended = true;
          if (packet.kind === packets.data) arrived = packet.payload;
        }
        const count = Math.min(into.length, arrived.length);
        into.set(arrived.subarray(0, count));
        arrived = arrived.subarray(count);
        return count;
      },
      send: (bytes) => channel.write(packets.data, bytes),
      report: (bytes) => channel.write(packets.verdict, bytes),
    },
  };
}
