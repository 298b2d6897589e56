import { personalRules } from './personal.ts';
import { isIdentifierName, pseudonymOf } from './pseudonym.ts';
import { privateKeyRules } from './private-keys.ts';
import { applyRules, marker, type Replacement, type Rule } from './rule.ts';
import { isPlaceholder, structureRules } from './structures.ts';
import { tokenRules } from './tokens.ts';

/** Secrets first: what they contain may look like something personal. Forms before surroundings: their names say more. */
const rules: readonly Rule[] = [...privateKeyRules, ...tokenRules, ...structureRules, ...personalRules];

/** The last words of a name under which any text is a secret: of `DB_PASSWORD`, `x-api-key`, `githubToken`. */
const secretWords =
  /(?:^|_)(?:password|passwd|passphrase|pwd|secret|credentials?|token|api_?key|(?:access|private|signing|encryption)_key|authorization|cookie)$/;

const isSecretName = (name: string) =>
  secretWords.test(
    name
      .replace(/([a-z0-9])(?=[A-Z])/g, '$1_')
      .replace(/[^A-Za-z0-9]+/g, '_')
      .toLowerCase(),
  );

/**
 * A JSON value without secrets and personal data: every text in it, names of members included, is searched and what is
 * found replaced by a marker. The same input gives the same output, and applying it again changes nothing. Identifiers that
 * join records (`userId` and the like) become pseudonyms instead, so that they still join.
 * Text in members named in `except` stays as it is.
 */
export function redact(value: unknown, except: ReadonlySet<string> = nothing): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redact(item, except));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [redactText(name), redactMember(name, member, except)]),
  );
}

const nothing: ReadonlySet<string> = new Set();

export const redactText = (text: string) => searchedInside(applyRules(rules, text));

/** The same for the text of a file: every line stays the line that it was, also where a secret takes several. */
export function redactLines(text: string): string {
  const lineBreaks: Replacement = (name, secret) => marker(name) + secret.replace(/[^\r\n]/g, '');
  return searchedInside(applyRules(rules, text, lineBreaks), (word) => withoutEscapes(word).replace(/[\r\n]+/g, ' '));
}

/** Words that hide something as `%40` or in base64. What is cut in pieces or written in look-alikes is not found. */
function searchedInside(text: string, withoutEscaped = withoutEscapes) {
  const decoded = /%[0-9a-f]{2}/i.test(text) ? text.replace(/[^\s"'`<>]+/g, (word) => withoutEscaped(word)) : text;
  return decoded.replace(/(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}/g, withoutBase64);
}

function withoutEscapes(word: string) {
  const plain = word.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
  const redacted = applyRules(rules, plain);
  return redacted === plain ? word : redacted;
}

function withoutBase64(word: string) {
  const plain = Buffer.from(word, 'base64').toString('latin1');
  if (!/^[\t\n\r -~]+$/.test(plain)) return word;
  return applyRules(rules, plain) === plain ? word : marker('base64');
}

function redactMember(name: string, member: unknown, except: ReadonlySet<string>) {
  if (typeof member === 'string' && except.has(name)) return member;
  if (typeof member === 'string' && isIdentifierName(name)) {
    return redactText(member) === member ? member : pseudonymOf(member);
  }
  return isSecretName(name) ? sealed(member, /pass|pwd/i.test(name) ? 'password' : 'secret') : redact(member, except);
}

/** Whatever stands under a name that promises a secret; numbers only where a person may have thought of them. */
function sealed(member: unknown, kind: 'password' | 'secret'): unknown {
  if (typeof member === 'number') return kind === 'password' ? marker(kind) : member;
  if (typeof member === 'string') {
    const isHidden = member.length > 3 && !isPlaceholder(member) && !member.startsWith('[redacted:');
    return isHidden ? marker(kind) : redactText(member);
  }
  if (Array.isArray(member)) return member.map((item) => sealed(item, kind));
  if (typeof member !== 'object' || member === null) return member;
  return Object.fromEntries(Object.entries(member).map(([name, inner]) => [redactText(name), sealed(inner, kind)]));
}
