import type { ToolContext } from '../tools/tool.ts';

/** What is at an address right now. */
export interface ResourceContent {
  mimeType: string;
  /** Text as it is, anything else in base64. */
  body: { text: string } | { blob: string };
  /** For how long reading again would be pointless. */
  freshForMs: number;
}

interface Described {
  name: string;
  title: string;
  description: string;
  mimeType: string;
}

/** One address. */
export interface FixedResource<Ctx> extends Described {
  kind: 'fixed';
  uri: string;
  read(ctx: Ctx): Promise<ResourceContent>;
}

/** Addresses that differ from the first `{` of the template to its last `}`; what stands there is the member. */
export interface ResourceFamily<Ctx> extends Described {
  kind: 'family';
  uriTemplate: string;
  /** What the part can be, with a word on each. */
  members(ctx: Ctx): Promise<ReadonlyMap<string, string | undefined>>;
  /** What a part of the address can be, where that is not the members. */
  complete?(variable: string, ctx: Ctx): Promise<string[]>;
  /** Nothing when there is no such member. */
  read(member: string, ctx: Ctx): Promise<ResourceContent | undefined>;
}

/** A resource is plain data; the protocol is the business of ../mcp. */
export type Resource<Ctx = ToolContext> = FixedResource<Ctx> | ResourceFamily<Ctx>;

/** What is not as it was among the resources. */
export interface ResourceChanges {
  /** What differs when read again. */
  uris: readonly string[];
  /** Whether some came or went. */
  isListChanged: boolean;
}

/** Has changes told of from now on; answers how to stop it. */
export type WatchResources<Ctx = ToolContext> = (ctx: Ctx, tell: (changes: ResourceChanges) => void) => () => void;

export function jsonContent(value: object, freshForMs: number): ResourceContent {
  return { mimeType: 'application/json', body: { text: JSON.stringify(value) }, freshForMs };
}
