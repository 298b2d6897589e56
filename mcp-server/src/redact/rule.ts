/** One kind of thing that must not leave the machine. */
export interface Rule {
  /** Stands in the marker: `[redacted:aws-key]`. */
  name: string;
  /**
   * A text without this is not searched at all. Patterns begin with something rare or with a look-behind that fails at once,
   * and every repetition has a bound or a border, so that no text makes them slow.
   */
  hint: RegExp;
  /** Global. The group `secret`, where there is one, is what goes; else the whole match. */
  pattern: RegExp;
  /** Whether what was found is really one (a checksum, an entropy); always when absent. */
  isReal?: (secret: string, match: RegExpMatchArray) => boolean;
}

export const marker = (name: string) => `[redacted:${name}]`;

/** What stands in the place of a secret. */
export type Replacement = (name: string, secret: string) => string;

/** Applies the rules one after the other; what one has replaced is nothing to the next. */
export function applyRules(rules: readonly Rule[], text: string, replacement: Replacement = marker): string {
  let result = text;
  for (const rule of rules) if (rule.hint.test(result)) result = applyRule(rule, result, replacement);
  return result;
}

function applyRule({ name, pattern, isReal }: Rule, text: string, replacement: Replacement) {
  let result = '';
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const secret = match.groups?.['secret'] ?? match[0];
    if (secret.includes('[redacted:') || isReal?.(secret, match) === false) continue;
    // The secret is the last place in the match where its text stands.
    const start = match.index + match[0].lastIndexOf(secret);
    result += text.slice(from, start) + replacement(name, secret);
    from = start + secret.length;
  }
  return from === 0 ? text : result + text.slice(from);
}
