import { isRecord } from '../json.ts';

type Document = Readonly<Record<string, unknown>>;

/** The flags of a ruleset as the server sent them, by key; what has no key is left out. */
export function flagDocuments(ruleset: unknown): ReadonlyMap<string, Document> {
  const flags = isRecord(ruleset) && Array.isArray(ruleset['flags']) ? ruleset['flags'] : [];
  const documents = new Map<string, Document>();
  for (const flag of flags) {
    if (isRecord(flag) && typeof flag['key'] === 'string') documents.set(flag['key'], flag);
  }
  return documents;
}
