import type { RulesetDocument } from './ruleset-changes.ts';
import { decodeStored, type StoredDocument } from './stored-document.ts';

/** The last-known-good ruleset as it lies on disk. */
export type StoredRuleset = StoredDocument<RulesetDocument>;

/** Nothing for what is damaged, and for what is no ruleset. */
export function decodeRuleset(text: string): StoredRuleset | undefined {
  const stored = decodeStored(text);
  if (!stored || !isDocument(stored.document)) return undefined;
  return { ...stored, document: stored.document };
}

const isDocument = (value: Record<string, unknown>): value is Record<string, unknown> & RulesetDocument =>
  Number.isSafeInteger(value['revision']) && Array.isArray(value['flags']);
