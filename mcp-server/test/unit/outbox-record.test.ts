import { describe, expect, it } from 'vitest';
import { fateOf, noCrc, readAcks } from '../../src/offline/outbox/acks.ts';
import { encodeRecord, readSegment } from '../../src/offline/outbox/record.ts';
import { seeded } from '../support/planted-secrets.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newStateDir } from '../support/reader.ts';

const bodies = [
  { n: 1 },
  { text: 'two\nlines \u001e and ünïcode ✓' },
  'just text',
  { deep: [{ n: [1, 2, null] }] },
  { n: 5 },
];
const lines = bodies.map((body, index) =>
  encodeRecord({ id: `id-${index}`, at: '2026-03-01T09:00:00.000Z', operation: 'recordExposures', body }),
);
const segment = Buffer.concat(lines);
const endOf = (index: number) => lines.slice(0, index + 1).reduce((total, line) => total + line.length, 0);
const idsIn = (bytes: Buffer, isWhole = true) => readSegment(bytes, { isWhole }).records.map(({ id }) => id);

describe('a segment', () => {
  it('gives back what was written', () => {
    const { records, damaged } = readSegment(segment, { isWhole: true });
    expect(records.map(({ body }) => body)).toEqual(bodies);
    expect(damaged).toEqual([]);
  });

  it('cut off at any byte gives back every record that was written whole', () => {
    for (let length = 0; length <= segment.length; length++) {
      const whole = lines.flatMap((_, index) => (endOf(index) <= length ? [`id-${index}`] : []));
      const { records, damaged } = readSegment(segment.subarray(0, length), { isWhole: false });
      expect(records.map(({ id }) => id)).toEqual(whole);
      expect(damaged).toEqual([]);
    }
  });

  it('damaged anywhere, 1,000 times, gives back every record whose own bytes are intact', () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const random = seeded(seed);
      const damaged = Buffer.from(segment);
      const flips = Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * segment.length));
      for (const at of flips) damaged[at] = (damaged[at]! + 1 + Math.floor(random() * 255)) % 256;
      const intact = lines.flatMap((line, index) => {
        const from = endOf(index) - line.length;
        return damaged.subarray(from, endOf(index)).equals(line) ? [`id-${index}`] : [];
      });
      expect(idsIn(damaged)).toEqual(expect.arrayContaining(intact));
      // And what it gives back was really written.
      const { records } = readSegment(damaged, { isWhole: true });
      for (const { id, body } of records) expect(body).toEqual(bodies[Number(id.slice(3))]);
    }
  });

  it('cannot be made to hold a record by the text of another', () => {
    const forged = encodeRecord({ id: 'forged', at: '', operation: 'x', body: 1 }).toString();
    const honest = encodeRecord({ id: 'honest', at: '', operation: 'x', body: forged });
    honest[5] = 0x20;
    expect(idsIn(Buffer.concat([honest, lines[0]!]))).toEqual(['id-0']);
  });
});

describe('what is noted of the fate of records', () => {
  const ack = '120 0badcafe d\n';

  it('counts for nothing once damaged, so that the record is rather sent again', async () => {
    const path = join(newStateDir(), 'acks');
    for (let at = 0; at < ack.length; at++) {
      const damaged = Buffer.from(ack);
      damaged[at] = damaged[at]! ^ 1;
      writeFileSync(path, damaged);
      const acks = await readAcks(path);
      if (at < ack.length - 3) expect(fateOf(acks, { offset: 120, crc: '0badcafe' })).toBeUndefined();
      expect(fateOf(acks, { offset: 121, crc: 'anything' })).toBeUndefined();
    }
    writeFileSync(path, `\n${ack}\n7 ${noCrc} u\n13`);
    const acks = await readAcks(path);
    expect(fateOf(acks, { offset: 120, crc: '0badcafe' })).toBe('d');
    expect(fateOf(acks, { offset: 7 })).toBe('u');
  });
});
