import { parseApiKey, type ApiKey } from '@whetstone/shared/keys';
import { Role } from '@whetstone/shared/contract';
import { hash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../context.ts';
import type { Database } from '../../platform/db/database.ts';
import type { RevisionWatch } from '../../platform/db/revisions.ts';
import { systemRepository, type Credential } from './repository.ts';

/** SHA-256 suffices for 190 random bits: there is no dictionary to slow down. */
export const hashSecret = (secret: string) => hash('sha256', secret, 'buffer');

interface Entry {
  /** Absent for a selector that nobody has. */
  credential: Credential | undefined;
  ctx: Ctx | undefined;
  loadedAtMs: number;
}

interface Options {
  database: Database;
  clock: () => number;
  watch: Pick<RevisionWatch, 'confirmedAtMs' | 'track'>;
}

/** How long an answer of the database stands without a confirmation; CONTRACT allows a revoked key one second. */
const trustMs = 900;

/**
 * Turns a presented key into who is asking. Keys in use are held in memory, so that a request costs a hash and no query;
 * a change drops them at once in this process and by the revision watch in the others.
 */
export function credentialDirectory({ database, clock, watch }: Options) {
  const entries = new LRUCache<string, Entry>({ max: 20_000 });
  const used = new Map<string, Date>();
  // Compared with when the selector is unknown, so that both refusals take the same time.
  const nobody = hashSecret('nobody');

  async function load(selector: string) {
    const loadedAtMs = clock();
    const credential = await database.asSystem((tx) => systemRepository.findCredential(tx, selector));
    const entry: Entry = { credential, ctx: credential && ctxOf(credential, database), loadedAtMs };
    if (credential) watch.track(credential.projectId);
    entries.set(selector, entry);
    return entry;
  }

  function isTrusted({ credential, loadedAtMs }: Entry) {
    const confirmedAtMs = credential ? Math.max(loadedAtMs, watch.confirmedAtMs()) : loadedAtMs;
    return clock() - confirmedAtMs < trustMs;
  }

  function check({ credential, ctx }: Entry, { secret }: ApiKey): Ctx {
    const isRight = timingSafeEqual(hashSecret(secret), credential?.secretHash ?? nobody);
    const nowMs = clock();
    const isLive =
      credential && !credential.revokedAt && (!credential.expiresAt || credential.expiresAt.getTime() > nowMs);
    if (!isRight || !isLive || !ctx) throw refused();
    used.set(credential.id, new Date(nowMs - (nowMs % 60_000)));
    return ctx;
  }

  return {
    /** Throws `unauthorized`. Answers without a promise when the key is already known, which is the hot path. */
    authenticate(presented: string | undefined): Ctx | Promise<Ctx> {
      const key = keyIn(presented);
      const entry = entries.get(key.selector);
      if (entry && isTrusted(entry)) return check(entry, key);
      return load(key.selector).then((loaded) => check(loaded, key));
    },

    forget(projectId: string) {
      for (const [selector, { credential }] of entries) {
        if (!credential || credential.projectId === projectId) entries.delete(selector);
      }
    },

    /** Writes down when keys were last used; called once a minute and at the end. */
    async flushUses() {
      const uses = new Map(used);
      used.clear();
      if (uses.size > 0) await database.asSystem((tx) => systemRepository.markUsed(tx, uses));
    },
  };
}

const ctxOf = ({ id, name, role, selector, projectId, organisationId }: Credential, database: Database): Ctx => ({
  organisationId,
  projectId,
  actor: { kind: 'key', id, name, role: Role.parse(role), selector },
  transaction: (work) => database.asProject(projectId, work),
});

/** Form and checksum are checked first: what fails them is refused without a look-up. */
function keyIn(header: string | undefined): ApiKey {
  if (!header) throw new WhetstoneError('unauthorized', 'send an API key as "authorization: Bearer wsk_…"');
  const key = /^Bearer +/i.test(header) ? parseApiKey(header.replace(/^Bearer +/i, '')) : undefined;
  if (!key) throw refused();
  return key;
}

/** One sentence for malformed, unknown, wrong, revoked and expired, so that it tells a stranger nothing. */
const refused = () =>
  new WhetstoneError(
    'unauthorized',
    'this API key is malformed, unknown, revoked or expired; make a new one with an admin key',
  );
