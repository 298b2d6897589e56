/** The part that was made for the same text before, if any; else a new one. */
export type Share = <T>(text: string, make: () => T) => T;

/**
 * Makes what is the same in many flags once. Questions about a large ruleset then meet the same few conditions and serves,
 * which the caches of a processor hold; what each flag has for itself is little.
 */
export function sharing(): Share {
  const made = new Map<string, unknown>();
  return <T>(text: string, make: () => T): T => {
    let part = made.get(text);
    if (part === undefined) made.set(text, (part = make()));
    return part as T;
  };
}
