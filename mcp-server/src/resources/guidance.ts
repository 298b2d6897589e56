import type { ToolContext } from '../tools/tool.ts';
import { jsonContent, type ResourceFamily } from './resource.ts';

/** As long as the rules of flags, which it is one of. */
const freshForMs = 1_000;

export const guidanceResources: ResourceFamily<ToolContext> = {
  kind: 'family',
  uriTemplate: 'whetstone://guidance/{version}',
  name: 'guidance',
  title: 'Guidance',
  description: 'A version of the rules that corrections taught, with its text for a prompt',
  mimeType: 'application/json',

  members: async ({ feedback }) => (await feedback()).guidance.versions(),

  async read(version, { feedback, signal }) {
    const found = await (await feedback()).guidance.version(version, signal);
    return found && jsonContent(found, found.source === 'cloud' ? freshForMs : 0);
  },
};
