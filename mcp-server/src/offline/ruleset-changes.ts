import { flagDocuments } from './flag-documents.ts';
import type { FlagChanges } from './ruleset-watch.ts';
import type { StreamMessage } from './stream-message.ts';

/** A ruleset as the server describes it, with the name the server has for this state of it. */
export interface RulesetState {
  document: RulesetDocument;
  etag: string | undefined;
}

/** Proven to be one by having been compiled. */
export interface RulesetDocument {
  revision: number;
  flags: readonly unknown[];
  /** Absent in what a server without segments sends. */
  segments?: readonly unknown[];
}

/** The state after a message; nothing when the message does not fit to the state, so that all must be read again. */
export function applyMessage(state: RulesetState, message: Exclude<StreamMessage, { kind: 'ruleset' }>) {
  if (message.kind === 'unknown') return state;
  if (message.kind === 'current') return message.revision === state.document.revision ? state : undefined;
  if (projectOf(message.id) !== projectOf(eventIdOf(state.etag))) return undefined;
  // Sent again, as after a resume.
  if (message.revision < state.document.revision) return state;
  return { document: { ...changed(state.document, message), revision: message.revision }, etag: etagOf(message.id) };
}

type Change = Exclude<StreamMessage, { kind: 'ruleset' | 'unknown' | 'current' }>;

function changed(document: RulesetDocument, message: Change): RulesetDocument {
  const without = (items: readonly unknown[] = []) =>
    items.filter((item) => (item as { key?: unknown }).key !== message.key);
  switch (message.kind) {
    case 'flag':
      return { ...document, flags: [...without(document.flags), message.flag] };
    case 'archived':
      return { ...document, flags: without(document.flags) };
    case 'segment':
      return { ...document, segments: [...without(document.segments), message.segment] };
    case 'segmentRemoved':
      return { ...document, segments: without(document.segments) };
  }
}

/** Every change of a flag gives it another version; one that was made anew under an old key begins at another time. */
export function changesBetween(before: RulesetDocument | undefined, after: RulesetDocument): FlagChanges {
  const [old, now] = [flagDocuments(before), flagDocuments(after)];
  const gone = [...old.keys()].filter((key) => !now.has(key));
  const come = [...now.keys()].filter((key) => !old.has(key));
  const changed = [...now].flatMap(([key, flag]) => {
    const was = old.get(key);
    return was && (was['version'] !== flag['version'] || was['createdAt'] !== flag['createdAt']) ? [key] : [];
  });
  return { keys: [...gone, ...come, ...changed], isListChanged: gone.length > 0 || come.length > 0 };
}

export const etagOf = (id: string) => `"${id}"`;

/** What `Last-Event-ID` takes to go on from the state that has this ETag. */
export const eventIdOf = (etag: string | undefined) => /^(?:W\/)?"(.+)"$/.exec(etag ?? '')?.[1];

const projectOf = (id: string | undefined) => id?.slice(0, id.lastIndexOf('.'));
