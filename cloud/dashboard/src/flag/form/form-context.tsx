import type { FieldError } from '@whetstone/shared/errors';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { complaintsAt } from '../model/complaints.ts';
import type { FlagDocument } from '../model/document.ts';
import type { EditorAction, Unread } from '../model/editor.ts';

/** What every field needs: what is wrong with it, whether it may be changed, and what can be named in it. */
export interface Form {
  complaints: readonly FieldError[];
  /** Why nothing can be changed; undefined when it can. */
  lockedBecause: string | undefined;
  /** Other flags with their variants. */
  flags: ReadonlyMap<string, readonly string[]>;
  segments: readonly string[];
  /** Attributes that some rule asks for, or that every part of the product knows. */
  attributes: readonly string[];
}

export const FormContext = createContext<Form | undefined>(undefined);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (!form) throw new Error('used outside of a form');
  return form;
}

export const useComplaints = (path: string, below = false): string[] => complaintsAt(useForm().complaints, path, below);

interface Draft {
  document: FlagDocument;
  dispatch: (action: EditorAction) => void;
  unread: Readonly<Record<string, Unread>>;
}

export const DraftContext = createContext<Draft | undefined>(undefined);

/** The flag that is being written. */
export function useDraft(): Draft {
  const draft = useContext(DraftContext);
  if (!draft) throw new Error('used outside of the draft of a flag');
  return draft;
}

/** `edit('rules.0.id', document => …)`: changes of one group in a row are one step to undo. */
export function useEdit() {
  const { dispatch } = useDraft();
  return (group: string, change: (document: FlagDocument) => FlagDocument) => dispatch({ kind: 'edit', group, change });
}
