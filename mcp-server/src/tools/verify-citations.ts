import { provenance } from './provenance.ts';
import { defineTool, onlyReads, text } from './tool.ts';

export const verifyCitations = defineTool({
  name: 'verify_citations',
  title: 'Verify citations',
  description: 'Do the docs say what is quoted of them? Check before you answer with [ws:ID].',
  inputSchema: {
    type: 'object',
    properties: {
      text: text('With [ws:ID] after each quote'),
      citations: { type: 'array', description: 'Or {citationId or url, quote}' },
    },
    additionalProperties: false,
  },
  // Each: verdict (found, altered, wrong_version, stale, unknown), detail, changes, library, version, path, startLine, endLine.
  outputSchema: {
    type: 'object',
    properties: { citations: { type: 'array' }, ...provenance },
    required: ['citations', 'source'],
  },
  annotations: onlyReads,
  example: { citations: [{ citationId: '0123456789abcdef0123', quote: 'as it is written' }] },
  aliases: { claims: 'citations' },

  handler: (args, { docs, ...call }) => docs.verify(args, call),
});
