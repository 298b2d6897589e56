import { provenance } from './provenance.ts';
import { defineTool, number, onlyReads, text } from './tool.ts';

/** Models that know other servers of documentation call it so. */
export const libraryAliases = {
  libraryname: 'library',
  libraryid: 'library',
  context7compatiblelibraryid: 'library',
  package: 'library',
  packagename: 'library',
} as const;

export const searchDocs = defineTool({
  name: 'search_docs',
  title: 'Search docs',
  description:
    'What do the docs of the version in this lockfile say? Passages to cite. One concept per query, at most 3 calls per question.',
  inputSchema: {
    type: 'object',
    properties: {
      query: text('One concept'),
      library: text('e.g. react'),
      version: text("Default: the lockfile's"),
      limit: number('Default 5'),
      tokenBudget: number('Default 4000'),
    },
    required: ['query'],
    additionalProperties: false,
  },
  // Each result: snippet, url, relevance, version, title, heading, path, lines, citationId, trust, provenance, warnings and more.
  outputSchema: {
    type: 'object',
    properties: {
      results: { type: 'array' },
      versionAnswered: { additionalProperties: true },
      isAskedVersion: { type: 'boolean' },
      notes: { type: 'array' },
      ...provenance,
    },
    required: ['results', 'source'],
  },
  annotations: onlyReads,
  example: { query: 'cancel a request', library: 'undici' },
  aliases: {
    ...libraryAliases,
    q: 'query',
    userquery: 'query',
    question: 'query',
    maxtokens: 'tokenBudget',
    maxresults: 'limit',
  },

  handler: (args, { docs, ...call }) => docs.search(args, call),
});
