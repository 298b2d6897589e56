import { z } from 'zod';

export const At = z.iso.datetime();

/** `react`, `@scope/name`, or whatever a project calls its own documentation. */
export const LibraryName = z
  .string()
  .min(1)
  .max(214)
  .regex(/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i, 'expected a name like react, @scope/name or our-docs');

/** As it was published: `19.2.0`, `3.11`, `2025-11-25`. */
export const ExactVersion = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w][\w.+-]*$/, 'expected a version like 19.2.0');

/** What somebody asks for: an exact version, a range as package managers write it, or `latest`. */
export const AskedVersion = z.string().min(1).max(128);

export const PagePath = z.string().min(1).max(1_024);

/** From where a library's documentation was taken. */
export const SourceKind = z.enum(['npm', 'web', 'llms-txt', 'github', 'directory']);
export type SourceKind = z.infer<typeof SourceKind>;

const HttpUrl = z.url({ protocol: /^https?$/ }).max(2_048);

export const DocSource = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('npm'),
    package: z.string().min(1).max(214).optional().describe('As the registry has it; default: the library'),
  }),
  z.strictObject({
    kind: z.literal('directory'),
    path: z.string().min(1).max(4_096).describe('On the server, below one of WHETSTONE_DOC_DIRS'),
  }),
  z.strictObject({
    kind: z.literal('github'),
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
    ref: z.string().min(1).max(256).describe('Tag, branch or commit; {version} stands for the version'),
    folder: z.string().max(1_024).default('').describe('Only what lies below'),
  }),
  z.strictObject({ kind: z.literal('llms-txt'), url: HttpUrl.describe('Of llms.txt or llms-full.txt') }),
  z.strictObject({
    kind: z.literal('web'),
    url: HttpUrl.describe('Where to begin; only pages below it are taken'),
    maxPages: z.int().min(1).max(5_000).default(500),
  }),
]);
export type DocSource = z.infer<typeof DocSource>;

/** How far a source is from who makes the library; an unofficial copy never stands above an official page. */
export const Provenance = z.enum(['official-package', 'official-repository', 'official-site', 'project', 'unofficial']);
export type Provenance = z.infer<typeof Provenance>;
