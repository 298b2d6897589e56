import type { ToolContext } from '../tools/tool.ts';
import { jsonContent, type ResourceFamily } from './resource.ts';

/** Asked again after this long, the rules may be newer: so long a use waits until it asks the cloud again. */
const freshForMs = 1_000;

export const flagResources: ResourceFamily<ToolContext> = {
  kind: 'family',
  uriTemplate: 'whetstone://flags/{key}',
  name: 'flag',
  title: 'Flag',
  description: 'Variants, rules and rollout of a flag, as known on this machine',
  mimeType: 'application/json',

  async members({ flags }) {
    const { documents } = await flags.catalog();
    return new Map([...documents].map(([key, document]) => [key, descriptionOf(document)]));
  },

  async read(key, { flags }) {
    const { documents, isKnown, ...view } = await flags.catalog();
    const flag = documents.get(key);
    // Where nothing is known, nobody can say that there is no such flag.
    if (!flag && isKnown) return undefined;
    return jsonContent({ key, flag, ...view }, view.source === 'cloud' ? freshForMs : 0);
  },
};

export const flagAddress = (key: string) => flagResources.uriTemplate.replace('{key}', encodeURIComponent(key));

function descriptionOf(document: Readonly<Record<string, unknown>>) {
  const { description } = document;
  return typeof description === 'string' && description !== '' ? description : undefined;
}
