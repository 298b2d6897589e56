/** The part that was made for the same text before, if any; else a new one. */
export type Share = <T>(text: string, make: () => T) => T;

/** Up to here everything fits the caches of a processor anyway, and finding out what is alike is half of what loading costs. */
export const fewFlags = 2_000;

/**
 * Makes what is the same in many flags once. Questions about a large ruleset then meet the same few conditions and serves,
 * which the caches hold; what each flag has for itself is little.
 */
export function sharing(): Share {
  const made = new Map<string, unknown>();
  return <T>(text: string, make: () => T): T => {
    let part = made.get(text);
    if (part === undefined) made.set(text, (part = make()));
    return part as T;
  };
}
