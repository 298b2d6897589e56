import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from '../../src/run/run-directory.ts';

it('a file that many write at once is whole, nobody fails, and nothing is left beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-whole-'));
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
  await Promise.all(texts.map((text) => writeWhole(join(folder, 'shared.json'), text)));
  expect(texts).toContain(readFileSync(join(folder, 'shared.json'), 'utf8'));
  expect(readdirSync(folder)).toEqual(['shared.json']);
});
