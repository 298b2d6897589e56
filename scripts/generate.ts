import { contract } from '@whetstone/shared/contract';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openApiText } from '../cloud/src/http/openapi.ts';
import { version } from '../cloud/src/version.ts';

/** What is derived from the contract and kept in the repository; `pnpm check` fails when it is stale. */
writeFileSync(resolve(import.meta.dirname, '../docs/openapi.json'), openApiText(contract, version));
