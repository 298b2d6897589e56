import { contract, ofrep, sockets, streams } from '@whetstone/shared/contract';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { detectorsPage } from '../cloud/src/features/feedback/learn/detect/detectors-page.ts';
import { openApiText } from '../cloud/src/http/openapi.ts';
import { migrations } from '../cloud/src/platform/db/migrations/index.ts';
import { version } from '../cloud/src/version.ts';
import { hashOfMigration } from './migration-hash.ts';

/** What is derived and kept in the repository; `pnpm check` fails when it is stale. */
const root = resolve(import.meta.dirname, '..');
writeFileSync(join(root, 'docs/openapi.json'), openApiText({ ...contract, ...streams, ...sockets, ...ofrep }, version));
writeFileSync(join(root, 'docs/feedback-detectors.md'), detectorsPage());

const folder = join(root, 'cloud/src/platform/db/migrations');
const landedFile = join(folder, 'landed.json');
const landed = JSON.parse(readFileSync(landedFile, 'utf8')) as Record<string, string>;
for (const name of Object.keys(migrations)) {
  // Only new ones: the hash of one that has landed is what tells that it was edited.
  landed[name] ??= hashOfMigration(readFileSync(join(folder, `${name}.ts`), 'utf8'));
}
writeFileSync(landedFile, `${JSON.stringify(landed, null, 2)}\n`);
