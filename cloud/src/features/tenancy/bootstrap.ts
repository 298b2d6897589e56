import { formatApiKey, newApiKey, parseApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Tx } from '../../platform/db/database.ts';
import { hashSecret } from './credentials.ts';
import { draftKey } from './service.ts';
import { systemRepository } from './repository.ts';

export interface Bootstrap {
  projectId: string;
  /** Where the keys lie; absent when the first admin key came from the environment or keys exist elsewhere. */
  keyFiles?: { admin: string; agent: string };
  agentKey?: string;
}

interface Options {
  database: Database;
  dataDir: string;
  /** Becomes the first admin key when given. */
  adminKey?: string | undefined;
}

/** Makes sure that there is a project and that somebody holds its keys. Safe to repeat at every start. */
export async function bootstrap({ database, dataDir, adminKey }: Options): Promise<Bootstrap> {
  const projectId = await database.asSystem(ensureProject);
  if (adminKey) {
    await database.asSystem((tx) => registerKey(tx, projectId, 'Admin key of the environment', 'admin', adminKey));
    return { projectId };
  }
  // Machines of a fleet share one database and keep no files: only the very first of them makes keys.
  if (database.shared && (await database.asSystem(systemRepository.hasWorkingAdminKey))) return { projectId };

  const keyFiles = { admin: join(dataDir, 'admin.key'), agent: join(dataDir, 'agent.key') };
  await ensureKeyFile(database, projectId, keyFiles.admin, 'Admin key of this machine', 'admin');
  const agentKey = await ensureKeyFile(database, projectId, keyFiles.agent, 'Agent key of this machine', 'agent');
  return { projectId, keyFiles, agentKey };
}

async function ensureProject(tx: Tx) {
  const project = await systemRepository.firstProject(tx);
  if (project) return project.id;
  const [organisationId, projectId] = [uuidv7(), uuidv7()];
  await systemRepository.insertOrganisation(tx, organisationId, 'My organisation');
  await systemRepository.insertProject(tx, projectId, organisationId, 'Default');
  return projectId;
}

/** The key of the file, or a new one when there is none or it no longer works. */
async function ensureKeyFile(database: Database, projectId: string, file: string, name: string, role: Role) {
  const present = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (parseApiKey(present) && (await isWorking(database, projectId, present, role))) {
    await chmod(file, 0o600);
    return present;
  }
  const secret = formatApiKey(newApiKey(randomBytes));
  // The row first: a file without a row would be a key that does not work, a row without a file is merely unused.
  await database.asSystem((tx) => registerKey(tx, projectId, name, role, secret));
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}

async function isWorking(database: Database, projectId: string, text: string, role: Role) {
  const { selector, secret } = parseApiKey(text)!;
  const known = await database.asSystem(async (tx) => {
    const credential = await systemRepository.findCredential(tx, selector);
    return credential && { ...credential, isExpired: credential.expiresAt !== null && credential.expiresAt <= tx.now };
  });
  return (
    known?.projectId === projectId &&
    known.role === role &&
    !known.revokedAt &&
    !known.isExpired &&
    known.secretHash.equals(hashSecret(secret))
  );
}

/** Takes a given key in; one already known is left as it is, so that a revoked key does not rise again at a restart. */
async function registerKey(tx: Tx, projectId: string, name: string, role: Role, text: string) {
  const given = parseApiKey(text);
  if (!given) throw new WhetstoneError('invalid', 'the key is not in the grammar wsk_<selector>_<secret><checksum>');
  const known = await systemRepository.findCredential(tx, given.selector);
  if (known) {
    if (known.secretHash.equals(hashSecret(given.secret))) return;
    throw new WhetstoneError(
      'conflict',
      'WHETSTONE_ADMIN_KEY has the selector of another key; take one from `pnpm key`',
    );
  }
  await systemRepository.insertKey(tx, { ...draftKey(name, role, null, given).key, projectId });
}
