import { z } from 'zod';
import { operation } from '../operation.ts';
import { AskedVersion, LibraryName, PagePath, Provenance } from './common.ts';

export const SearchRequest = z.strictObject({
  query: z.string().trim().min(1, 'asks for nothing').max(10_000).describe('One concept or question'),
  library: LibraryName.optional().describe(
    'Default: whatever the project has searched for last and the catalogue knows',
  ),
  version: AskedVersion.optional().describe('Exact, a range, or latest; default: the newest there is'),
  limit: z.int().min(1).max(20).default(5),
  tokenBudget: z.int().min(100).max(100_000).default(4_000).describe('Tokens that the snippets may have together'),
});
export type SearchRequest = z.infer<typeof SearchRequest>;

export const SearchResult = z.object({
  snippet: z.string().describe('Markdown as it stands in the page; code is whole'),
  url: z.string(),
  relevance: z.number().min(0).max(1).describe('Against the best answer to this question, which has 1'),
  library: z.string(),
  version: z.string(),
  title: z.string(),
  heading: z.string().describe('The trail of headings, joined by " > "'),
  path: z.string(),
  startLine: z.int(),
  endLine: z.int(),
  contentHash: z.string(),
  citationId: z.string(),
  trust: z.literal('untrusted-documentation'),
  provenance: Provenance,
  symbol: z
    .object({ name: z.string(), signature: z.string(), deprecated: z.string().nullable() })
    .nullable()
    .describe('Where the answer is a declaration'),
  warnings: z.array(z.string()).describe('What in it looks as if it was meant to instruct a model'),
  stale: z.boolean().describe('The page is gone from its source since'),
});
export type SearchResult = z.infer<typeof SearchResult>;

export const SearchAnswer = z.object({
  results: z.array(SearchResult),
  library: z.string().nullable(),
  versionAsked: z.string().nullable(),
  versionAnswered: z.string().nullable(),
  mode: z.enum(['lexical', 'hybrid']),
  source: z.literal('cloud'),
  note: z.string().nullable().describe('Where versions differ, what is offered instead, why the mode is not hybrid'),
  nearest: z.array(z.string()).describe('Names like the library that is not known'),
  ingest: z.object({ id: z.uuid(), status: z.string() }).nullable().describe('The version that is being fetched'),
  dataAt: z.iso.datetime().nullable().describe('When what was searched was last compared with its source'),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

export const DocPage = z.object({
  path: z.string(),
  title: z.string(),
  url: z.string(),
  lines: z.int(),
  contentHash: z.string(),
  stale: z.boolean(),
});
export type DocPage = z.infer<typeof DocPage>;

const library = { library: LibraryName, version: AskedVersion };

export const searchKnowledge = {
  searchKnowledge: operation({
    method: 'POST',
    path: '/api/knowledge/search',
    summary: 'Passages of the documentation of one version, each with a citation that can be checked',
    tag: 'knowledge',
    role: 'agent',
    input: SearchRequest,
    output: SearchAnswer,
  }),
  readDocs: operation({
    method: 'GET',
    path: '/api/knowledge/docs/:library/:version',
    summary: 'The pages of a version, or one page by its path',
    tag: 'knowledge',
    role: 'viewer',
    input: z.strictObject({ ...library, path: PagePath.optional() }),
    output: z.object({
      library: z.string(),
      versionAsked: z.string(),
      versionAnswered: z.string(),
      pages: z.array(DocPage),
      page: DocPage.extend({ text: z.string(), warnings: z.array(z.string()) }).nullable(),
    }),
    errors: ['not_found'],
  }),
  getKnowledgeSegments: operation({
    method: 'GET',
    path: '/api/knowledge/segments/:library/:version',
    summary: 'Everything that searching a version needs, packed, for use without the cloud',
    tag: 'knowledge',
    role: 'agent',
    input: z.strictObject({ ...library, part: z.int().min(0).max(10_000).default(0) }),
    output: z.object({
      library: z.string(),
      version: z.string(),
      stamp: z.string().describe('Another one: another content'),
      parts: z.int(),
      part: z.int(),
      packed: z.string().describe('Base64 of gzip'),
    }),
    etag: true,
    errors: ['not_found'],
  }),
};
