import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadDataset, type Dataset } from '@whetstone/evals';
import { checkout } from '../harness/checkout.ts';

export const publishedFolder = resolve(checkout, process.env['WHETSTONE_TEST_DATA'] || '../shared/data', 'evals');

/** A published data set; the bench of grading has nothing to measure without it, and says where it should lie. */
export function publishedDataset(name: string): Promise<Dataset> {
  if (!existsSync(publishedFolder)) throw new Error(`WHETSTONE_TEST_DATA has no evals (looked for ${publishedFolder})`);
  return loadDataset(name, { datasetsDir: publishedFolder });
}

export const samplesFolder = join(publishedFolder, 'samples');
