import type { Handlers, Key, NewKey, Page, Project, Role, tenancy } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { formatApiKey, newApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../context.ts';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { hashSecret } from './credentials.ts';
import { keyRepository, systemRepository, type KeyRow, type ProjectRow } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asSystem'>;
  events: Pick<Events, 'append'>;
}

export function tenancyService({ database, events }: Dependencies) {
  /** Runs a change of keys alone, and has every server forget what it knew of them. */
  const changing = <T>(ctx: Ctx, work: (tx: ProjectTx) => Promise<T>) =>
    ctx.transaction(async (tx) => {
      await keyRepository.lockProject(tx);
      const result = await work(tx);
      await events.append(tx, 'keys', {});
      return result;
    });

  return {
    async getMe({ projectId, actor }: Ctx) {
      const { organisationId, organisationName, ...project } = await database.asSystem((tx) =>
        systemRepository.describeTenant(tx, projectId),
      );
      const { kind: _, ...key } = actor;
      return { key, project, organisation: { id: organisationId, name: organisationName } };
    },

    async listProjects({ organisationId }, { limit, cursor }): Promise<Page<Project>> {
      const rows = await database.asSystem((tx) =>
        systemRepository.listProjects(tx, organisationId, readCursor(cursor, isId), limit + 1),
      );
      return pageAfter(rows.map(projectView), limit, ({ id }) => id);
    },

    createProject: ({ organisationId }, { name }) =>
      database.asSystem(async (tx) => {
        const id = uuidv7();
        if (!(await systemRepository.insertProject(tx, id, organisationId, name))) {
          throw new WhetstoneError('conflict', `the organisation already has a project called "${name}"`);
        }
        const { view, key } = draftKey('First admin key', 'admin', null);
        const row = await systemRepository.insertKey(tx, { ...key, projectId: id });
        return { id, organisationId, name, createdAt: tx.now.toISOString(), adminKey: view(row) };
      }),

    async listKeys(ctx, { limit, cursor }) {
      const after = readCursor(cursor, isId);
      const rows = await ctx.transaction((tx) => keyRepository.list(tx, after, limit + 1));
      return pageAfter(rows.map(keyView), limit, ({ id }) => id);
    },

    createKey: (ctx, { name, role, expiresAt }) =>
      changing(ctx, async (tx) => {
        const { view, key } = draftKey(name, role, future(expiresAt, tx.now) ?? null);
        return view(await keyRepository.insert(tx, key));
      }),

    updateKey: (ctx, { id, expiresAt, ...rest }) =>
      changing(ctx, async (tx) => {
        const before = await workingKey(tx, id);
        const expiry = expiresAt === null ? null : future(expiresAt, tx.now);
        const stepsDown = (rest.role !== undefined && rest.role !== 'admin') || expiry instanceof Date;
        if (stepsDown) await keepAnAdmin(tx, before);
        return keyView(await keyRepository.change(tx, id, { ...rest, expiresAt: expiry }));
      }),

    rotateKey: (ctx, { id, overlapMs }) =>
      changing(ctx, async (tx) => {
        const old = await workingKey(tx, id);
        if (old.replacedBy) {
          throw new WhetstoneError(
            'conflict',
            `the key "${old.name}" was rotated before; rotate its successor ${old.replacedBy}`,
          );
        }
        const { view, key } = draftKey(old.name, old.role as Role, old.expiresAt);
        const successor = view(await keyRepository.insert(tx, key));
        const end = new Date(Math.min(tx.now.getTime() + overlapMs, old.expiresAt?.getTime() ?? Infinity));
        await keyRepository.change(tx, id, { expiresAt: end, replacedBy: successor.id });
        return { ...successor, replaces: { id, expiresAt: end.toISOString() } };
      }),

    revokeKey: (ctx, { id }) =>
      changing(ctx, async (tx) => {
        const key = await findKey(tx, id);
        if (key.revokedAt) return keyView(key);
        await keepAnAdmin(tx, key);
        return keyView(await keyRepository.change(tx, id, { revokedAt: tx.now }));
      }),
  } satisfies Handlers<typeof tenancy, Ctx>;
}

/** A new key, its row to insert, and how to show it: the only place that ever holds the secret. */
export function draftKey(name: string, role: Role, expiresAt: Date | null, given = newApiKey(randomBytes)) {
  const key = { id: uuidv7(), selector: given.selector, secretHash: hashSecret(given.secret), name, role, expiresAt };
  return { key, view: (row: KeyRow): NewKey => ({ ...keyView(row), secret: formatApiKey(given) }) };
}

async function findKey(tx: ProjectTx, id: string) {
  const key = await keyRepository.find(tx, id);
  if (!key) throw new WhetstoneError('not_found', `no key has the id "${id}"`);
  return key;
}

async function workingKey(tx: ProjectTx, id: string) {
  const key = await findKey(tx, id);
  if (key.revokedAt) throw new WhetstoneError('conflict', `the key "${key.name}" is revoked; make a new one`);
  if (key.expiresAt && key.expiresAt <= tx.now) {
    throw new WhetstoneError('conflict', `the key "${key.name}" has expired; make a new one`);
  }
  return key;
}

/** A project whose last lasting admin key went could never be administered again. */
async function keepAnAdmin(tx: ProjectTx, leaving: Pick<KeyRow, 'id' | 'role' | 'name'>) {
  if (leaving.role !== 'admin') return;
  const admins = await keyRepository.lastingAdmins(tx);
  if (admins.some(({ id }) => id !== leaving.id)) return;
  throw new WhetstoneError(
    'conflict',
    `"${leaving.name}" is the last admin key without an expiry; make another admin key before this one goes`,
  );
}

function future(text: string | undefined, now: Date) {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (date <= now) throw invalidField('expiresAt', 'must lie ahead');
  return date;
}

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

const keyView = ({ createdAt, lastUsedAt, expiresAt, revokedAt, role, ...key }: KeyRow): Key => ({
  ...key,
  role: role as Role,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
  expiresAt: expiresAt?.toISOString() ?? null,
  revokedAt: revokedAt?.toISOString() ?? null,
});

const projectView = ({ createdAt, ...project }: ProjectRow): Project => ({
  ...project,
  createdAt: createdAt.toISOString(),
});
