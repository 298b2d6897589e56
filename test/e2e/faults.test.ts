import { expect, it } from 'vitest';
import { faultDrill, noJail, type FaultRow } from '../drills/fault-drill.ts';

it('answers every read by the right source, whatever breaks around it', { timeout: 300_000 }, async ({ skip }) => {
  if (noJail && process.env['CI']) throw new Error(`${noJail}; run: apt-get install -y bubblewrap`);
  const rows: FaultRow[] = [];
  await faultDrill(20, (row) => rows.push(row));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(({ wrong }) => wrong > 0)).toEqual([]);
  if (noJail) skip(`read-only and full state directories: ${noJail}`);
});
