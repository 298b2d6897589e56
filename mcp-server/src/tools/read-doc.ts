import { provenance } from './provenance.ts';
import { libraryAliases } from './search-docs.ts';
import { defineTool, number, onlyReads, text } from './tool.ts';

export const readDoc = defineTool({
  name: 'read_doc',
  title: 'Read doc',
  description: 'A page of documentation, or lines of it, as search_docs named it.',
  inputSchema: {
    type: 'object',
    properties: {
      library: text('e.g. react'),
      version: text("Default: the lockfile's"),
      path: text('As search_docs has it'),
      startLine: number('From 1'),
      endLine: number('Included'),
    },
    required: ['library', 'path'],
    additionalProperties: false,
  },
  // And path, title, url, lines, startLine, endLine, trust, warnings, stale, notes.
  outputSchema: {
    type: 'object',
    properties: {
      text: { type: 'string' },
      versionAnswered: { additionalProperties: true },
      isAskedVersion: { type: 'boolean' },
      ...provenance,
    },
    required: ['text', 'source'],
  },
  annotations: onlyReads,
  example: { library: 'undici', path: 'docs/docs/api/Dispatcher.md' },
  aliases: { ...libraryAliases, file: 'path' },

  handler: (args, { docs, ...call }) => docs.read(args, call),
});
