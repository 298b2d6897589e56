import { parseApiKey, type ApiKey } from '@whetstone/shared/keys';
import { Role } from '@whetstone/shared/contract';
import { hash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../context.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { systemRepository, type Credential } from './repository.ts';

/** SHA-256 suffices for 190 random bits: there is no dictionary to slow down. */
export const hashSecret = (secret: string) => hash('sha256', secret, 'buffer');

/** A key that somebody holds, and whom it lets in. */
interface Entry {
  credential: Credential;
  ctx: Ctx;
  loadedAtMs: number;
  /** Since 1970; of the last use that was noted. */
  usedMinute: number;
}

interface Options {
  database: Database;
  clock: () => number;
  events: Pick<Events, 'isCurrent' | 'track'>;
}

const unknownForMs = 900;

/**
 * Turns a presented key into who is asking. Keys in use are held in memory, so that a request costs no query; a change
 * drops them at once in this process and by the events port in the others.
 */
export function credentialDirectory({ database, clock, events }: Options) {
  const bySelector = new LRUCache<string, Entry>({ max: 20_000 });
  // Headers whose secret was right, so that a key in steady use is not hashed for every request.
  const proven = new LRUCache<string, Entry>({ max: 20_000 });
  // Apart, so that a flood of well-formed fakes cannot push out who is really there; the time of the look-up.
  const unknown = new LRUCache<string, number>({ max: 1_000 });
  const loading = new Map<string, Promise<Entry | undefined>>();
  let used = new Map<string, Date>();
  // Compared with when the selector is unknown, so that both refusals take the same time.
  const nobody = hashSecret('nobody');

  /** One look-up for all who ask meanwhile. */
  function load(selector: string) {
    const loadedAtMs = clock();
    const promise = database
      .asSystem((tx) => systemRepository.findCredential(tx, selector))
      .then((credential) => {
        const entry = credential && { credential, ctx: ctxOf(credential, database), loadedAtMs, usedMinute: 0 };
        // Forgotten meanwhile: what was read may be from before, good for who asked then but not to be kept.
        if (loading.get(selector) === promise) remember(selector, entry, loadedAtMs);
        return entry;
      })
      .finally(() => {
        if (loading.get(selector) === promise) loading.delete(selector);
      });
    loading.set(selector, promise);
    return promise;
  }

  function remember(selector: string, entry: Entry | undefined, loadedAtMs: number) {
    if (!entry) return void unknown.set(selector, loadedAtMs);
    events.track(entry.credential.projectId);
    bySelector.set(selector, entry);
  }

  /** Unlike a key, what nobody holds belongs to no project that is watched: it stands for a moment alone. */
  const isKnownUnknown = (selector: string) => clock() - (unknown.get(selector) ?? -Infinity) < unknownForMs;

  function prove(entry: Entry | undefined, { selector, secret }: ApiKey, header: string): Ctx {
    const isRight = timingSafeEqual(hashSecret(secret), entry?.credential.secretHash ?? nobody);
    if (!entry || !isRight) throw refused();
    const ctx = admit(entry);
    // Only what is still held: an entry that a change has dropped must not come back by this way.
    if (bySelector.get(selector) === entry) proven.set(header, entry);
    return ctx;
  }

  function admit(entry: Entry): Ctx {
    const { credential, ctx } = entry;
    const nowMs = clock();
    if (credential.revokedAt || (credential.expiresAt && credential.expiresAt.getTime() <= nowMs)) throw refused();
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== entry.usedMinute) used.set(credential.id, new Date(minute * 60_000));
    entry.usedMinute = minute;
    return ctx;
  }

  /** Whose secret was shown earlier and whose place in a project is vouched for, as a signed cookie does. */
  function admitTo(projectId: string, entry: Entry | undefined): Ctx {
    if (entry?.credential.projectId !== projectId) throw refused();
    return admit(entry);
  }

  return {
    /** Throws `unauthorized`. Answers without a promise when the key is already known, which is the hot path. */
    authenticate(header: string | undefined): Ctx | Promise<Ctx> {
      if (!header) throw new WhetstoneError('unauthorized', 'send an API key as "authorization: Bearer wsk_…"');
      const known = proven.get(header);
      if (known && events.isCurrent(known.loadedAtMs)) return admit(known);
      const key = keyIn(header);
      const entry = bySelector.get(key.selector);
      if (entry ? events.isCurrent(entry.loadedAtMs) : isKnownUnknown(key.selector)) return prove(entry, key, header);
      return (loading.get(key.selector) ?? load(key.selector)).then((loaded) => prove(loaded, key, header));
    },

    /** The same for a key that was shown before, with what became of it since; throws `unauthorized`. */
    admitSigned({ selector, projectId }: { selector: string; projectId: string }): Ctx | Promise<Ctx> {
      const entry = bySelector.get(selector);
      if (entry ? events.isCurrent(entry.loadedAtMs) : isKnownUnknown(selector)) return admitTo(projectId, entry);
      return (loading.get(selector) ?? load(selector)).then((loaded) => admitTo(projectId, loaded));
    },

    forget(projectId: string) {
      loading.clear();
      proven.clear();
      unknown.clear();
      for (const [selector, { credential }] of bySelector) {
        if (credential.projectId === projectId) bySelector.delete(selector);
      }
    },

    /** Writes down when keys were last used; called once a minute and at the end. */
    async flushUses() {
      const uses = used;
      used = new Map();
      if (uses.size === 0) return;
      try {
        await database.asSystem((tx) => systemRepository.markUsed(tx, uses));
      } catch (error) {
        used = new Map([...uses, ...used]);
        throw error;
      }
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
