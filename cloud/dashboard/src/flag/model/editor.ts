import type { Flag } from '@whetstone/shared/contract';
import { documentOf, type FlagDocument } from './document.ts';
import { sameJson } from './json.ts';

/** Text that cannot be read as what it is to become; the document keeps the last value that could. */
export interface Unread {
  text: string;
  why: string;
}

export interface EditorState {
  /** The version the draft was made from; none for a flag that is not stored yet. */
  base: Flag | undefined;
  document: FlagDocument;
  past: readonly FlagDocument[];
  future: readonly FlagDocument[];
  /** What the last step changed: typing on in the same place is one step to undo. */
  group: string | undefined;
  /** By place: `variants.<name>`, or `document` for the JSON view. */
  unread: Readonly<Record<string, Unread>>;
  /** A version that somebody else wrote while this draft had changes of its own. */
  theirs: Flag | undefined;
}

export type EditorAction =
  | { kind: 'edit'; group: string; change: (document: FlagDocument) => FlagDocument }
  | { kind: 'unread'; place: string; unread: Unread }
  | { kind: 'undo' }
  | { kind: 'redo' }
  /** The server has this version, whoever wrote it. */
  | { kind: 'arrived'; flag: Flag }
  | { kind: 'saved'; flag: Flag }
  /** My draft, made to follow their version. */
  | { kind: 'rebased'; document: FlagDocument; onto: Flag }
  | { kind: 'discarded'; to: Flag };

export const openEditor = (base: Flag | undefined, document: FlagDocument): EditorState => ({
  base,
  document,
  past: [],
  future: [],
  group: undefined,
  unread: {},
  theirs: undefined,
});

const mostSteps = 200;

export function editorReducer(state: EditorState, action: EditorAction): EditorState {
  switch (action.kind) {
    case 'edit': {
      const document = action.change(state.document);
      const { [action.group]: _read, ...unread } = state.unread;
      if (sameJson(document, state.document)) return { ...state, document, unread };
      const goesOn = state.group === action.group && state.future.length === 0 && state.past.length > 0;
      const past = goesOn ? state.past : [...state.past, state.document].slice(-mostSteps);
      return { ...state, document, past, future: [], group: action.group, unread };
    }
    case 'unread':
      return { ...state, unread: { ...state.unread, [action.place]: action.unread } };
    case 'undo': {
      const document = state.past.at(-1);
      if (!document) return { ...state, unread: {} };
      const future = [state.document, ...state.future];
      return { ...state, document, past: state.past.slice(0, -1), future, group: undefined, unread: {} };
    }
    case 'redo': {
      const [document, ...future] = state.future;
      if (!document) return state;
      const past = [...state.past, state.document];
      return { ...state, document, past, future, group: undefined, unread: {} };
    }
    case 'arrived':
      return arrived(state, action.flag);
    case 'saved':
      return { ...openEditor(action.flag, documentOf(action.flag)), past: state.past };
    case 'rebased': {
      const past = [...state.past, state.document].slice(-mostSteps);
      return { ...openEditor(action.onto, action.document), past };
    }
    case 'discarded':
      return openEditor(action.to, documentOf(action.to));
  }
}

/** What one types is never overwritten: a version by somebody else waits beside the draft, if there is one. */
function arrived(state: EditorState, flag: Flag): EditorState {
  const newest = state.theirs ?? state.base;
  if (
    newest &&
    flag.version <= newest.version &&
    flag.createdAt === newest.createdAt &&
    flag.archivedAt === newest.archivedAt
  )
    return state;
  if (!isDirty(state)) return openEditor(flag, documentOf(flag));
  return { ...state, theirs: flag };
}

/** Whether leaving would lose something. */
export const isDirty = (state: EditorState): boolean =>
  state.base === undefined || isDraftChanged(state, documentOf(state.base));

/** Whether anything was typed since the draft was this document. */
export const isDraftChanged = ({ document, unread }: EditorState, first: FlagDocument): boolean =>
  Object.keys(unread).length > 0 || !sameJson(document, first);
