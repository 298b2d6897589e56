import { FlagChange, FlagDraft, parseInput } from '@whetstone/shared/contract';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';
import type { FlagDocument } from './document.ts';
import type { Unread } from './editor.ts';

/** What the server would refuse, by the schema it reads with; `version` is absent for a flag that is new. */
export function complaintsOf(document: FlagDocument, version: number | undefined): FieldError[] {
  try {
    if (version === undefined) parseInput(FlagDraft, document);
    else parseInput(FlagChange, { ...document, version });
    return [];
  } catch (error) {
    if (error instanceof WhetstoneError) return error.errors ?? [{ path: 'body', message: error.message }];
    throw error;
  }
}

export const unreadComplaints = (unread: Readonly<Record<string, Unread>>): FieldError[] =>
  Object.entries(unread).map(([path, { why }]) => ({ path, message: why }));

/** The complaints about one field; with `below` also about whatever is in it. */
export function complaintsAt(complaints: readonly FieldError[], path: string, below = false): string[] {
  return complaints
    .filter((complaint) => complaint.path === path || (below && complaint.path.startsWith(`${path}.`)))
    .map(({ message }) => message);
}

/** The complaints that no field of the form shows, so that none is ever lost. */
export const complaintsElsewhere = (complaints: readonly FieldError[], shown: readonly string[]): FieldError[] =>
  complaints.filter(({ path }) => !shown.some((prefix) => path === prefix || path.startsWith(`${prefix}.`)));
