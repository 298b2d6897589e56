import type { ProviderEvents } from './open-feature.ts';

type Handler = Parameters<ProviderEvents['addHandler']>[1];

/** The least of an event emitter that an OpenFeature SDK asks of a provider. */
export function providerEvents(providerName: string): ProviderEvents {
  const handlers = new Map<string, Handler[]>();
  const of = (event: string) => handlers.get(event) ?? [];
  const events: ProviderEvents = {
    emit(event, details = {}) {
      for (const handler of of(event)) handler({ ...details, providerName });
    },
    addHandler: (event, handler) => void handlers.set(event, [...of(event), handler]),
    removeHandler: (event, handler) =>
      void handlers.set(
        event,
        of(event).filter((each) => each !== handler),
      ),
    removeAllHandlers: (event) => void (event === undefined ? handlers.clear() : handlers.delete(event)),
    getHandlers: (event) => [...of(event)],
    setLogger: () => events,
  };
  return events;
}
