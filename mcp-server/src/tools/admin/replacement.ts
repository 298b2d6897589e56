type Document = Readonly<Record<string, unknown>>;

/** The document with members replaced; null removes one (RFC 7396, on the outermost level alone: rules are replaced whole). */
export function replacement(flag: Document, change: Document): Document {
  const members = { ...flag, ...change };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
