import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPacketReader, packet, type Packet } from '../../src/sandbox/pyodide/packets.ts';

const kinds = ['data', 'verdict', 'end', 'ready'] as const;

it('reads the packets that were written, wherever the stream was cut', () => {
  const packets = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 40 })), { maxLength: 8 });
  fc.assert(
    fc.property(packets, fc.array(fc.nat(60), { maxLength: 20 }), (written, cuts) => {
      const read: Packet[] = [];
      const reader = createPacketReader((one) => read.push({ ...one, payload: Buffer.from(one.payload) }));
      let rest = Buffer.concat(written.map(([kind, payload]) => packet(kind, payload)));
      for (const cut of cuts) {
        reader(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      reader(rest);
      expect(read).toEqual(written.map(([kind, payload]) => ({ kind, payload: Buffer.from(payload) })));
    }),
  );
});

it('names a packet of a kind that nobody knows by no name', () => {
  const read: Packet[] = [];
  createPacketReader((one) => read.push(one))(Buffer.from([200, 0, 0, 0, 0]));
  expect(read).toEqual([{ kind: undefined, payload: Buffer.alloc(0) }]);
});

it('refuses a length that no child of ours sends', () => {
  const reader = createPacketReader(() => {});
  expect(() => reader(Buffer.from([4, 0xff, 0xff, 0xff, 0x7f]))).toThrow('2147483647 bytes');
});
