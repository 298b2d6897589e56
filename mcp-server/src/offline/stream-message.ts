import { isRecord, parseJson } from '../json.ts';

/** What the stream of the flags tells, one event each. An id is `<projectId>.<revision>`, the ETag without its quotes. */
export type StreamMessage =
  | { kind: 'ruleset'; id: string; document: unknown }
  | { kind: 'flag'; id: string; revision: number; key: string; flag: unknown }
  | { kind: 'archived'; id: string; revision: number; key: string }
  | { kind: 'segment'; id: string; revision: number; key: string; segment: unknown }
  | { kind: 'segmentRemoved'; id: string; revision: number; key: string }
  | { kind: 'current'; revision: number }
  /** Of a newer server. If it changes the rules, the next `current` does not fit and everything is read again. */
  | { kind: 'unknown' };

interface StreamEvent {
  event?: string | undefined;
  id?: string | undefined;
  data: string;
}

/** Nothing for an event that cannot be what its name says. */
export function parseMessage({ event, id = '', data }: StreamEvent): StreamMessage | undefined {
  if (!isKnown(event)) return { kind: 'unknown' };
  const json = parseJson(data);
  if (!isRecord(json) || !Number.isSafeInteger(json['revision'])) return undefined;
  const revision = json['revision'] as number;
  if (event === 'current') return { kind: 'current', revision };
  if (!id.endsWith(`.${revision}`)) return undefined;
  if (event === 'ruleset') return { kind: 'ruleset', id, document: json };
  if (event === 'flag' || event === 'segment') {
    const item = json[event];
    const key = keyOf(item);
    if (key === undefined) return undefined;
    return event === 'flag'
      ? { kind: event, id, revision, key, flag: item }
      : { kind: event, id, revision, key, segment: item };
  }
  const { key } = json;
  return typeof key === 'string' ? { kind: event, id, revision, key } : undefined;
}

const kinds = ['ruleset', 'flag', 'archived', 'segment', 'segmentRemoved', 'current'] as const;

const isKnown = (event: string | undefined): event is (typeof kinds)[number] => kinds.some((kind) => kind === event);

const keyOf = (item: unknown) => (isRecord(item) && typeof item['key'] === 'string' ? item['key'] : undefined);
