import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrations } from '../../src/platform/db/migrations/index.ts';
import { hashOfMigration } from '../../../scripts/migration-hash.ts';

const folder = resolve(import.meta.dirname, '../../src/platform/db/migrations');
const landed = JSON.parse(readFileSync(join(folder, 'landed.json'), 'utf8')) as Record<string, string>;

describe('migrations', () => {
  it('are all listed, under their names and in their order', () => {
    const files = readdirSync(folder)
      .filter((file) => /^\d{4}-.*\.ts$/.test(file))
      .map((file) => file.replace(/\.ts$/, ''));
    expect(Object.keys(migrations)).toEqual(files.toSorted());
  });

  it('are not edited once they have landed; add another, then `pnpm generate`', () => {
    const now = Object.keys(migrations).map((name) => [
      name,
      hashOfMigration(readFileSync(join(folder, `${name}.ts`), 'utf8')),
    ]);
    expect(Object.fromEntries(now)).toEqual(landed);
  });

  it('may be formatted anew, but not changed', () => {
    expect(hashOfMigration('await sql`a`;')).toBe(hashOfMigration('await  sql`a`;\n'));
    expect(hashOfMigration('await sql`a`;')).not.toBe(hashOfMigration('await sql`b`;'));
  });
});
