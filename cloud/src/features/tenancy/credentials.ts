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
  holder: { credential: Credential; ctx: Ctx } | undefined;
  loadedAtMs: number;
  /** Since 1970; of the last use that was noted. */
  usedMinute: number;
}

interface Options {
  database: Database;
  clock: () => number;
  watch: Pick<RevisionWatch, 'confirmedAtMs' | 'track'>;
}

/** How long an answer of the database stands without a confirmation; CONTRACT allows a revoked key one second. */
const trustMs = 900;

/**
 * Turns a presented key into who is asking. Keys in use are held in memory, so that a request costs no query; a change
 * drops them at once in this process and by the revision watch in the others.
 */
export function credentialDirectory({ database, clock, watch }: Options) {
  const bySelector = new LRUCache<string, Entry>({ max: 20_000 });
  // Headers whose secret was right, so that a key in steady use is not hashed for every request.
  const proven = new LRUCache<string, Entry>({ max: 20_000 });
  const used = new Map<string, Date>();
  // Compared with when the selector is unknown, so that both refusals take the same time.
  const nobody = hashSecret('nobody');
  let changes = 0;

  async function load(selector: string) {
    const [loadedAtMs, changesBefore] = [clock(), changes];
    const credential = await database.asSystem((tx) => systemRepository.findCredential(tx, selector));
    const holder = credential && { credential, ctx: ctxOf(credential, database) };
    const entry: Entry = { holder, loadedAtMs, usedMinute: 0 };
    if (credential) watch.track(credential.projectId);
    // Changed meanwhile: what was read may be from before, good for who asked then but not to be kept.
    if (changes === changesBefore) bySelector.set(selector, entry);
    return entry;
  }

  function isTrusted({ holder, loadedAtMs }: Entry) {
    const confirmedAtMs = holder ? Math.max(loadedAtMs, watch.confirmedAtMs()) : loadedAtMs;
    return clock() - confirmedAtMs < trustMs;
  }

  function prove(entry: Entry, { selector, secret }: ApiKey, header: string): Ctx {
    const isRight = timingSafeEqual(hashSecret(secret), entry.holder?.credential.secretHash ?? nobody);
    if (!isRight) throw refused();
    const ctx = admit(entry);
    // Only what is still held: an entry that a change has dropped must not come back by this way.
    if (bySelector.get(selector) === entry) proven.set(header, entry);
    return ctx;
  }

  function admit(entry: Entry): Ctx {
    if (!entry.holder) throw refused();
    const { credential, ctx } = entry.holder;
    const nowMs = clock();
    if (credential.revokedAt || (credential.expiresAt && credential.expiresAt.getTime() <= nowMs)) throw refused();
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== entry.usedMinute) used.set(credential.id, new Date(minute * 60_000));
    entry.usedMinute = minute;
    return ctx;
  }

  return {
    /** Throws `unauthorized`. Answers without a promise when the key is already known, which is the hot path. */
    authenticate(header: string | undefined): Ctx | Promise<Ctx> {
      if (!header) throw new WhetstoneError('unauthorized', 'send an API key as "authorization: Bearer wsk_…"');
      const known = proven.get(header);
      if (known && isTrusted(known)) return admit(known);
      const key = keyIn(header);
      const entry = bySelector.get(key.selector);
      if (entry && isTrusted(entry)) return prove(entry, key, header);
      return load(key.selector).then((loaded) => prove(loaded, key, header));
    },

    forget(projectId: string) {
      changes += 1;
      proven.clear();
      for (const [selector, { holder }] of bySelector) {
        if (!holder || holder.credential.projectId === projectId) bySelector.delete(selector);
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
function keyIn(header: string): ApiKey {
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
