import type { Server } from '@modelcontextprotocol/server';
import { completeMember } from '../../src/mcp/resources.ts';
import { mcpServer } from '../../src/mcp/server.ts';
import { askingTools } from './asking-tools.ts';
import { contentTools } from './content-tools.ts';
import { addPrompts } from './prompts.ts';
import { fixtureResources } from './resources.ts';

/**
 * The adapter of whetstone-mcp with the fixtures of the official suite instead of our tools and resources. What whetstone
 * does not offer (prompts, logging) is added from outside, in the SDK's own words: there the suite judges the
 * SDK, everywhere else the adapter.
 */
export function fixtureServer(era: 'legacy' | 'modern'): Server {
  const server = mcpServer({
    era,
    info: { name: 'whetstone-conformance', version: '0' },
    tools: [...contentTools, ...askingTools],
    resources: fixtureResources,
    // Nothing ever changes here.
    watch: () => () => undefined,
    ctx: {},
    onListed: () => undefined,
    onBug: (error) => console.error(error),
  });
  addPrompts(server);
  server.registerCapabilities({ logging: {} });
  server.setRequestHandler('completion/complete', ({ params }) =>
    params.ref.type === 'ref/prompt'
      ? { completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false } }
      : completeMember(fixtureResources, {}, params),
  );
  return server;
}
