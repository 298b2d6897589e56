import { ResourceNotFoundError, type Server } from '@modelcontextprotocol/server';
import type { Resource, WatchResources } from '../resources/resource.ts';
import { addressOf, unknownResource } from './resources.ts';

interface NoticesParts<Ctx> {
  era: 'legacy' | 'modern';
  resources: readonly Resource<Ctx>[];
  ctx: Ctx;
  watch: WatchResources<Ctx>;
}

/** What the server says it does about changes; `tellOfChanges` does it. */
export const noticesOffered = { listChanged: true, subscribe: true } as const;

/**
 * Tells a client what changed among the resources, until it is gone. Up to 2025-11-25 it subscribes to addresses, and hears of
 * the list once it is initialised; from 2026-07-28 it opens a stream with a filter, which the SDK keeps: there everything is
 * handed to the SDK, and what nobody asked for goes no further.
 */
export function tellOfChanges<Ctx>(server: Server, { era, resources, ctx, watch }: NoticesParts<Ctx>) {
  /** By our own way to write an address, as the client wrote it. */
  const asked = new Map<string, string>();
  let isOpen = era === 'modern';

  function knownAddress(uri: string) {
    const address = addressOf(uri, resources);
    if (address === undefined) throw new ResourceNotFoundError(uri, unknownResource(uri, resources));
    return address;
  }

  if (era === 'legacy') {
    server.oninitialized = () => (isOpen = true);
    server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
      asked.set(knownAddress(uri), uri);
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
      asked.delete(knownAddress(uri));
      return {};
    });
  }

  server.onclose = watch(ctx, ({ uris, isListChanged }) => {
    if (!isOpen) return;
    // A client that is gone has no use for it either.
    if (isListChanged) server.sendResourceListChanged().catch(() => undefined);
    for (const address of uris) {
      const uri = era === 'modern' ? address : asked.get(address);
      if (uri !== undefined) server.sendResourceUpdated({ uri }).catch(() => undefined);
    }
  });
}
