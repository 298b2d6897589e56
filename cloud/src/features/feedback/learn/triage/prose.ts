/** A text for people: words with spaces between them, rather than a key, a path, a query or a pattern. */
export function isProse(literal: string): boolean {
  const text = literal.replace(/^\w{0,2}["'`]+|["'`]+$/g, '').trim();
  if (/^(?:select|insert|update|delete|create|with)\s.*\b(?:from|into|set|table|where|as)\b/i.test(text)) return false;
  if (/^[\w-]+(?:\/[\w.-]+)+$/.test(text)) return false;
  const words = text.split(/\s+/).filter((word) => /^[\p{L}’'(),.!?:;%{}$"-]{2,}$/u.test(word));
  return words.length >= 2 || (words.length === 1 && /^[\p{Lu}][\p{Ll}]+[.!?…]*$/u.test(text));
}
