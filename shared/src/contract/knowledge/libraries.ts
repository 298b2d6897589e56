import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { At, DocSource, ExactVersion, LibraryName, Provenance } from './common.ts';

export const IngestStatus = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type IngestStatus = z.infer<typeof IngestStatus>;

export const Ingest = z.object({
  id: z.uuid(),
  library: z.string(),
  version: z.string(),
  source: DocSource,
  status: IngestStatus,
  step: z.string().describe('What it is at, in words'),
  pagesDone: z.int(),
  pagesExpected: z.int().nullable(),
  pagesUnchanged: z.int(),
  chunks: z.int(),
  symbols: z.int(),
  skipped: z.array(z.object({ path: z.string(), why: z.string() })).describe('At most 100 of them'),
  failure: z.string().nullable(),
  startedAt: At.nullable(),
  endedAt: At.nullable(),
});
export type Ingest = z.infer<typeof Ingest>;

export const LibraryVersion = z.object({
  version: z.string(),
  owner: z.enum(['public', 'project']),
  provenance: Provenance,
  source: DocSource,
  pages: z.int(),
  stalePages: z.int(),
  chunks: z.int(),
  symbols: z.int(),
  coverage: z
    .object({ expected: z.int(), found: z.int(), missing: z.array(z.string()) })
    .nullable()
    .describe('Of the pages that the catalogue expects'),
  readyAt: At,
  checkedAt: At.describe('When it was last compared with its source'),
  vectors: z
    .object({ space: z.string(), ready: z.boolean(), failure: z.string().nullable() })
    .nullable()
    .describe('Whether it is searched by meaning, too; null: this server searches by words alone'),
});
export type LibraryVersion = z.infer<typeof LibraryVersion>;

export const Library = z.object({
  library: z.string(),
  title: z.string(),
  versions: z.array(LibraryVersion).describe('The newest first'),
  catalogue: z
    .object({ source: DocSource, reason: z.string().nullable() })
    .nullable()
    .describe('The source the catalogue knows, and why nothing could be had from it'),
});
export type Library = z.infer<typeof Library>;

export const Source = z.object({
  id: z.uuid(),
  library: z.string(),
  version: z.string().nullable(),
  source: DocSource,
  refresh: z.enum(['weekly', 'never']),
  lastIngest: Ingest.nullable(),
  createdAt: At,
});
export type Source = z.infer<typeof Source>;

export const knowledgeLibraries = {
  listLibraries: operation({
    method: 'GET',
    path: '/api/knowledge/libraries',
    summary: 'Libraries and their versions, with coverage and freshness',
    tag: 'knowledge',
    role: 'viewer',
    input: z.strictObject({}),
    output: z.object({ items: z.array(Library) }),
  }),
  listSources: operation({
    method: 'GET',
    path: '/api/knowledge/sources',
    summary: 'Where the project takes documentation from',
    tag: 'knowledge',
    role: 'viewer',
    input: z.strictObject(pageInput),
    output: pageOf(Source),
  }),
  createSource: operation({
    method: 'POST',
    path: '/api/knowledge/sources',
    summary: 'Take documentation from somewhere, and again every week',
    tag: 'knowledge',
    role: 'editor',
    status: 201,
    input: z.strictObject({
      library: LibraryName,
      version: ExactVersion.optional().describe('Default: what the source says, or "latest"'),
      source: DocSource,
      refresh: z.enum(['weekly', 'never']).default('weekly'),
    }),
    output: Source,
    idempotent: true,
    errors: ['conflict', 'rate_limited'],
  }),
  deleteSource: operation({
    method: 'DELETE',
    path: '/api/knowledge/sources/:id',
    summary: 'Take nothing from there any more; what was taken stays until it is deleted with `docs`',
    tag: 'knowledge',
    role: 'editor',
    input: z.strictObject({ id: z.uuid(), docs: z.boolean().default(false) }),
    output: z.object({ id: z.uuid() }),
    errors: ['not_found'],
  }),
  startIngest: operation({
    method: 'POST',
    path: '/api/knowledge/ingest',
    summary: 'Fetch the documentation of a version; it is there once it is whole',
    tag: 'knowledge',
    role: 'agent',
    status: 202,
    input: z.strictObject({
      library: LibraryName,
      version: ExactVersion,
      source: DocSource.optional().describe(
        'Needs the role editor. Default: the source of the project, else that of the catalogue, whose libraries everybody may ask for',
      ),
    }),
    output: Ingest,
    idempotent: true,
    errors: ['conflict', 'rate_limited'],
  }),
  listIngests: operation({
    method: 'GET',
    path: '/api/knowledge/ingests',
    summary: 'Ingests, the newest first, with their progress',
    tag: 'knowledge',
    role: 'viewer',
    input: z.strictObject({ ...pageInput, library: LibraryName.optional() }),
    output: pageOf(Ingest),
  }),
};
