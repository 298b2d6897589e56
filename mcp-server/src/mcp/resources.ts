import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type CompleteRequestParams,
  type CompleteResult,
  type ListResourcesResult,
  type ReadResourceResult,
  type Resource as ListedResource,
  type ResourceTemplateType as ListedTemplate,
} from '@modelcontextprotocol/server';
import type { Resource, ResourceContent, ResourceFamily } from '../resources/resource.ts';
import { pageOf } from './pages.ts';

/** What one answer may complete to, by the protocol. */
const mostCompletions = 100;

/** All there is to read, by address. */
export async function listResources<Ctx>(
  resources: readonly Resource<Ctx>[],
  ctx: Ctx,
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const lists = await Promise.all(resources.map((resource) => listingsOf(resource, ctx)));
  const { items, nextCursor } = pageOf(lists.flat(), ({ uri }) => uri, cursor);
  return { resources: items, ...(nextCursor !== undefined && { nextCursor }) };
}

export const listTemplates = <Ctx>(resources: readonly Resource<Ctx>[]): ListedTemplate[] =>
  resources.flatMap((resource) => (resource.kind === 'family' ? [templateListing(resource)] : []));

export async function readResource<Ctx>(
  resources: readonly Resource<Ctx>[],
  ctx: Ctx,
  uri: string,
): Promise<ReadResourceResult & { ttlMs: number; cacheScope: 'private' }> {
  const content = await contentAt(resources, ctx, uri);
  if (!content) throw new ResourceNotFoundError(uri, unknownResource(uri, resources));
  const { mimeType, body, freshForMs } = content;
  return { contents: [{ uri, mimeType, ...body }], ttlMs: freshForMs, cacheScope: 'private' };
}

/** An address as we would write it; nothing for one at which nothing can ever be. */
export function addressOf<Ctx>(uri: string, resources: readonly Resource<Ctx>[]): string | undefined {
  for (const resource of resources) {
    if (resource.kind === 'fixed') {
      if (resource.uri === uri) return uri;
    } else {
      const member = memberAt(uri, resource);
      if (member !== undefined) return uriOf(resource, member);
    }
  }
  return undefined;
}

/** The members of a template's family that begin as typed. */
export async function completeMember<Ctx>(
  resources: readonly Resource<Ctx>[],
  ctx: Ctx,
  { ref, argument }: CompleteRequestParams,
): Promise<CompleteResult> {
  const family = ref.type === 'ref/resource' ? familyOf(ref.uri, argument.name, resources) : undefined;
  if (!family) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      'nothing to complete here; resources/templates/list says where',
    );
  }
  const all = (await family.complete?.(argument.name, ctx)) ?? [...(await family.members(ctx)).keys()];
  const members = all.filter((member) => member.startsWith(argument.value)).sort();
  return {
    completion: {
      values: members.slice(0, mostCompletions),
      total: members.length,
      hasMore: members.length > mostCompletions,
    },
  };
}

async function listingsOf<Ctx>(resource: Resource<Ctx>, ctx: Ctx): Promise<ListedResource[]> {
  const { name, title, description, mimeType } = resource;
  if (resource.kind === 'fixed') return [{ uri: resource.uri, name, title, description, mimeType }];
  const members = [...(await resource.members(ctx))];
  return members.map(([member, about]) => ({
    uri: uriOf(resource, member),
    name: member,
    ...(about !== undefined && { description: about }),
    mimeType,
  }));
}

function templateListing<Ctx>({ uriTemplate, name, title, description, mimeType }: ResourceFamily<Ctx>) {
  return { uriTemplate, name, title, description, mimeType };
}

async function contentAt<Ctx>(
  resources: readonly Resource<Ctx>[],
  ctx: Ctx,
  uri: string,
): Promise<ResourceContent | undefined> {
  for (const resource of resources) {
    if (resource.kind === 'fixed') {
      if (resource.uri === uri) return resource.read(ctx);
    } else {
      const member = memberAt(uri, resource);
      if (member !== undefined) return resource.read(member, ctx);
    }
  }
  return undefined;
}

const familyOf = <Ctx>(uriTemplate: string, variable: string, resources: readonly Resource<Ctx>[]) =>
  resources
    .filter((resource) => resource.kind === 'family')
    .find((family) => family.uriTemplate === uriTemplate && uriTemplate.includes(`{${variable}}`));

function partsOf<Ctx>({ uriTemplate }: ResourceFamily<Ctx>) {
  const [before = '', after = ''] = uriTemplate.split(/\{.*\}/);
  return { before, after };
}

function uriOf<Ctx>(family: ResourceFamily<Ctx>, member: string) {
  const { before, after } = partsOf(family);
  return before + encodeURIComponent(member) + after;
}

/** The member that an address means, if it is one of the family's. */
function memberAt<Ctx>(uri: string, family: ResourceFamily<Ctx>) {
  const { before, after } = partsOf(family);
  if (!uri.startsWith(before) || !uri.endsWith(after) || uri.length <= before.length + after.length) return undefined;
  try {
    return decodeURIComponent(uri.slice(before.length, uri.length - after.length));
  } catch {
    return undefined;
  }
}

export function unknownResource<Ctx>(uri: string, resources: readonly Resource<Ctx>[]) {
  const addresses = resources.map((resource) => (resource.kind === 'fixed' ? resource.uri : resource.uriTemplate));
  return `nothing is at ${uri.slice(0, 256)}; there are ${addresses.join(' and ')}, see resources/list`;
}
