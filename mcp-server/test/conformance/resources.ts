import type { Resource } from '../../src/resources/resource.ts';
import { png } from './fixture.ts';

const described = (name: string, mimeType: string) => ({
  name,
  title: name,
  description: `Fixture of the conformance suite: ${name}`,
  mimeType,
});

/** A resource that always says the same. */
const constant = (name: string, mimeType: string, body: { text: string } | { blob: string }): Resource<object> => ({
  kind: 'fixed',
  uri: `test://${name}`,
  ...described(name, mimeType),
  read: async () => ({ mimeType, body, freshForMs: 1_000 }),
});

export const fixtureResources: readonly Resource<object>[] = [
  constant('static-text', 'text/plain', { text: 'This is the content of the static text resource.' }),
  constant('static-binary', 'image/png', { blob: png }),
  constant('watched-resource', 'text/plain', { text: 'Nothing happens here.' }),
  {
    kind: 'family',
    uriTemplate: 'test://template/{id}/data',
    ...described('template', 'application/json'),
    members: async () => new Map(),
    read: async (id) => ({
      mimeType: 'application/json',
      body: { text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) },
      freshForMs: 0,
    }),
  },
];
