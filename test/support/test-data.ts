import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '../..');

/** Published data that tests hold the product against; it lies beside the checkout and is never copied into it. */
export function testData(folder: string): { path: string; missing: string | undefined } {
  const path = resolve(checkout, process.env['WHETSTONE_TEST_DATA'] || '../shared/data', folder);
  return { path, missing: existsSync(path) ? undefined : `WHETSTONE_TEST_DATA has no ${folder}` };
}
