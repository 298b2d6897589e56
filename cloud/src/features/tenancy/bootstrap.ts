import { formatApiKey, newApiKey, parseApiKey } from '@whetstone/shared/keys';
import type { Role } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Tx } from '../../platform/db/database.ts';
import { hashSecret } from './credentials.ts';
import { keepKey, readKeys, writeDraft, type KeyFile } from './key-file.ts';
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

/**
 * Makes sure that there is a project and that somebody holds its keys. Safe to repeat at every start, by several servers
 * at once, and after a start that was cut short: one transaction decides and records, under a lock of its own.
 */
export async function bootstrap({ database, dataDir, adminKey }: Options): Promise<Bootstrap> {
  const files = {
    admin: { path: join(dataDir, 'admin.key'), name: 'Admin key of this machine', role: 'admin' as const },
    agent: { path: join(dataDir, 'agent.key'), name: 'Agent key of this machine', role: 'agent' as const },
  };

  const { projectId, secrets } = await database.asSystem(async (tx) => {
    await systemRepository.lockBootstrap(tx);
    const projectId = await ensureProject(tx);
    if (adminKey) {
      await takeIn(tx, projectId, adminKey);
      return { projectId, secrets: undefined };
    }
    const admin = await keyOfFile(tx, projectId, files.admin);
    // Machines of a fleet share one database and keep no files: only the very first of them makes keys.
    const isElsewhere = !admin && database.shared && (await systemRepository.hasWorkingAdminKey(tx));
    if (isElsewhere) return { projectId, secrets: undefined };
    const agent = await keyOfFile(tx, projectId, files.agent);
    const secrets = {
      admin: admin ?? (await makeKey(tx, projectId, files.admin)),
      agent: agent ?? (await makeKey(tx, projectId, files.agent)),
    };
    // Under the lock: of servers that start together, none may take another's draft away.
    await keepKey(files.admin, secrets.admin);
    await keepKey(files.agent, secrets.agent);
    return { projectId, secrets };
  });
  if (!secrets) return { projectId };
  return { projectId, keyFiles: { admin: files.admin.path, agent: files.agent.path }, agentKey: secrets.agent };
}

async function ensureProject(tx: Tx) {
  const project = await systemRepository.firstProject(tx);
  if (project) return project.id;
  const [organisationId, projectId] = [uuidv7(), uuidv7()];
  await systemRepository.insertOrganisation(tx, organisationId, 'My organisation');
  await systemRepository.insertProject(tx, projectId, organisationId, 'Default');
  return projectId;
}

/** What a file of an earlier start holds, finished or not, as long as it still works for that role. */
async function keyOfFile(tx: Tx, projectId: string, file: KeyFile) {
  for (const text of await readKeys(file)) if (await isWorking(tx, projectId, text, file.role)) return text;
  return undefined;
}

/** The draft on disk first: whatever happens then, no key is in force that nobody holds. */
async function makeKey(tx: Tx, projectId: string, file: KeyFile) {
  const given = newApiKey(randomBytes);
  const secret = formatApiKey(given);
  await writeDraft(file, secret);
  await systemRepository.insertKey(tx, { ...draftKey(file.name, file.role, null, given).key, projectId });
  return secret;
}

async function isWorking(tx: Tx, projectId: string, text: string, role: Role) {
  const key = parseApiKey(text);
  const known = key && (await systemRepository.findCredential(tx, key.selector));
  return (
    known?.projectId === projectId &&
    known.role === role &&
    !known.revokedAt &&
    !(known.expiresAt && known.expiresAt <= tx.now) &&
    known.secretHash.equals(hashSecret(key!.secret))
  );
}

/** A key that is known is left as it is: one that was revoked does not rise again at a restart, and the start says so. */
async function takeIn(tx: Tx, projectId: string, text: string) {
  const given = parseApiKey(text);
  const known = given && (await systemRepository.findCredential(tx, given.selector));
  if (given && !known) {
    await systemRepository.insertKey(tx, {
      ...draftKey('Admin key of the environment', 'admin', null, given).key,
      projectId,
    });
    return;
  }
  if (await isWorking(tx, projectId, text, 'admin')) return;
  throw new WhetstoneError(
    'conflict',
    'WHETSTONE_ADMIN_KEY is revoked, expired, no longer an admin key, or shares its selector with another; unset it, or take a fresh one from `pnpm key`',
  );
}
