import { formatApiKey, newApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';

/** A fresh key for WHETSTONE_ADMIN_KEY. */
process.stdout.write(`${formatApiKey(newApiKey(randomBytes))}\n`);
