import { z } from 'zod';
import { operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';
import { Role } from './role.ts';

const Id = z.uuid().describe('UUIDv7');
const Name = z.string().trim().min(1).max(200).describe('For people, 1 to 200 characters');
// Further ahead, the time in UTC may have a five-digit year, which no ISO reader takes back.
const When = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) < Date.parse('9999-01-01T00:00:00Z'), 'lies too far ahead');

export const Key = z.object({
  id: Id,
  name: Name,
  role: Role,
  selector: z.string().describe('The public part: wsk_<selector>_…'),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable().describe('To the minute; null before the first use'),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  replacedBy: Id.nullable().describe('Its successor, once it was rotated'),
});
export type Key = z.infer<typeof Key>;

const NewKey = Key.extend({ secret: z.string().describe('The whole key, shown this once') });
export type NewKey = z.infer<typeof NewKey>;

const Project = z.object({ id: Id, organisationId: Id, name: Name, createdAt: z.iso.datetime() });
export type Project = z.infer<typeof Project>;

const weekMs = 7 * 24 * 3_600_000;

export const tenancy = {
  getMe: operation({
    method: 'GET',
    path: '/api/me',
    summary: 'Who this key is and where it works',
    tag: 'tenancy',
    role: 'viewer',
    input: z.object({}),
    output: z.object({
      key: z.object({ id: Id, name: Name, role: Role, selector: z.string() }),
      project: z.object({ id: Id, name: Name }),
      organisation: z.object({ id: Id, name: Name }),
    }),
  }),

  listProjects: operation({
    method: 'GET',
    path: '/api/projects',
    summary: "The organisation's projects",
    tag: 'tenancy',
    role: 'admin',
    input: z.object(pageInput),
    output: pageOf(Project),
  }),

  createProject: operation({
    method: 'POST',
    path: '/api/projects',
    summary: 'A further project of the organisation, with its first admin key',
    tag: 'tenancy',
    role: 'admin',
    status: 201,
    input: z.strictObject({ name: Name }),
    output: Project.extend({ adminKey: NewKey }),
    errors: ['conflict'],
  }),

  listKeys: operation({
    method: 'GET',
    path: '/api/keys',
    summary: "The project's keys, revoked ones too",
    tag: 'tenancy',
    role: 'admin',
    input: z.object(pageInput),
    output: pageOf(Key),
  }),

  createKey: operation({
    method: 'POST',
    path: '/api/keys',
    summary: 'A new key; its secret is answered this once and only its hash is kept',
    tag: 'tenancy',
    role: 'admin',
    status: 201,
    input: z.strictObject({ name: Name, role: Role, expiresAt: When.optional().describe('Must lie ahead') }),
    output: NewKey,
  }),

  updateKey: operation({
    method: 'PATCH',
    path: '/api/keys/:id',
    summary: 'Rename a key, change its role or expiry; in force within a second',
    tag: 'tenancy',
    role: 'admin',
    input: z
      .strictObject({
        id: Id,
        name: Name.optional(),
        role: Role.optional(),
        expiresAt: When.nullable().optional(),
      })
      .refine((change) => Object.keys(change).length > 1, 'names nothing to change: name, role or expiresAt'),
    output: Key,
    errors: ['not_found', 'conflict'],
  }),

  rotateKey: operation({
    method: 'POST',
    path: '/api/keys/:id/rotate',
    summary: 'A successor of the same name and role; the old key works on for overlapMs',
    tag: 'tenancy',
    role: 'admin',
    status: 201,
    input: z.strictObject({
      id: Id,
      overlapMs: z.int().min(0).max(weekMs).default(3_600_000).describe('How long both keys work, at most a week'),
    }),
    output: NewKey.extend({ replaces: z.object({ id: Id, expiresAt: z.iso.datetime() }) }),
    errors: ['not_found', 'conflict'],
  }),

  revokeKey: operation({
    method: 'DELETE',
    path: '/api/keys/:id',
    summary: 'Revoke a key; refused within a second everywhere',
    tag: 'tenancy',
    role: 'admin',
    input: z.object({ id: Id }),
    output: Key,
    errors: ['not_found', 'conflict'],
  }),
};
